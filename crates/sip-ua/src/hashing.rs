//! Hash tables whose keys strangers may choose.
//!
//! SipHash, which the standard library takes, costs more than all else that a lookup does. foldhash is quicker by far, and as
//! hard to attack for whoever sees no hash: both of its seeds are drawn at random when the process, and the table, begin. None
//! of these hashes may ever be sent to anybody; what another keyed hash makes of them may.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use foldhash::SharedSeed;
use foldhash::quality::{FoldHasher, SeedableRandomState};

/// A map whose keys strangers may choose.
pub(crate) type Map<K, V> = HashMap<K, V, Keyed>;

/// A set whose members strangers may choose.
pub(crate) type Set<T> = HashSet<T, Keyed>;

/// Random until the process ends.
static SEED: LazyLock<SharedSeed> = LazyLock::new(|| SharedSeed::from_u64(random()));

/// 64 random bits. The standard library draws the key of its hasher from the operating system, and whoever does not know it
/// cannot tell what it makes of anything.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}

/// A keyed hasher. Each that is made by default has a key of its own; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Keyed(SeedableRandomState);

impl Default for Keyed {
    fn default() -> Self {
        Self(SeedableRandomState::with_seed(random(), &SEED))
    }
}

impl BuildHasher for Keyed {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

/// What stands for a text in a table that does not keep it: two keyed hashes of it, 128 bits. That two texts share one by
/// chance happens to nobody; and who makes two of his own meet has made trouble for himself alone, for without the text of
/// another he cannot meet that one, and with it he could as well repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(u64, u64);

/// Takes fingerprints: those of one and the same maker can be compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprints(Keyed, Keyed);

impl Fingerprints {
    /// The fingerprint of what `feed` writes, the same each time that it is called.
    #[inline]
    pub(crate) fn of(&self, feed: impl Fn(&mut FoldHasher<'static>)) -> Fingerprint {
        let hash = |state: &Keyed| {
            let mut hasher = state.build_hasher();
            feed(&mut hasher);
            hasher.finish()
        };
        Fingerprint(hash(&self.0), hash(&self.1))
    }

    /// One fingerprint for two.
    #[inline]
    pub(crate) fn both(&self, one: Fingerprint, other: Fingerprint) -> Fingerprint {
        self.of(|hasher| (one, other).hash(hasher))
    }
}

/// Writes a text and its end, so that no two lists of texts look the same.
#[inline]
pub(crate) fn write_text(hasher: &mut impl Hasher, text: &str) {
    hasher.write(text.as_bytes());
    hasher.write_usize(text.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_texts_apart_and_keys_too() {
        let prints = Fingerprints::default();
        let of = |texts: &[&str]| prints.of(|hasher| texts.iter().for_each(|text| write_text(hasher, text)));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        let Fingerprint(one, two) = of(&["ab"]);
        assert_ne!(one, two, "two keys");
        assert_ne!(Fingerprints::default().of(|hasher| write_text(hasher, "ab")), of(&["ab"]));
    }
}
