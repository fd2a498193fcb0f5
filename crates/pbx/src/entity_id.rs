//! The name of this exchange among others: `entityid` of `asterisk.conf`.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// Six octets, as a network card has them. Exchanges that tell each other of their devices must have different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId([u8; 6]);

/// It is not six octets in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entity id is six octets in hexadecimal between colons, as in 02:00:5e:00:53:01")]
pub struct BadEntityId;

impl EntityId {
    /// That of this machine: the address of its first network card, or, where it has none, one made of `words` that are
    /// this machine's alone.
    pub(crate) fn of_machine(words: &[&str]) -> Self {
        Self::of_network(Path::new("/sys/class/net")).unwrap_or_else(|| Self::of_words(words))
    }

    /// The address of the first card in a folder as Linux has it, cards before what only looks like one.
    fn of_network(folder: &Path) -> Option<Self> {
        let mut cards: Vec<_> = std::fs::read_dir(folder)
            .ok()?
            .filter_map(Result::ok)
            .map(|entry| (!entry.path().join("device").exists(), entry.file_name(), entry.path()))
            .collect();
        cards.sort();
        let address = |path: &Path| std::fs::read_to_string(path.join("address")).ok()?.trim().parse().ok();
        cards.iter().filter_map(|(_, _, path)| address(path)).find(|id: &Self| id.is_one())
    }

    fn of_words(words: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for word in words {
            digest.update((word.len() as u64).to_be_bytes());
            digest.update(word);
        }
        let [a, b, c, d, e, f, ..] = <[u8; 32]>::from(digest.finalize());
        // Given by nobody, for one card alone (IEEE 802 section 8.4).
        Self([a & 0xfc | 0x02, b, c, d, e, f])
    }

    /// Neither the address of nobody nor that of everybody.
    fn is_one(self) -> bool {
        self.0 != [0; 6] && self.0 != [0xff; 6]
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for EntityId {
    type Err = BadEntityId;

    fn from_str(text: &str) -> Result<Self, BadEntityId> {
        let mut octets = [0; 6];
        let mut parts = text.split(':');
        for octet in &mut octets {
            let part = parts.next().filter(|part| (1..=2).contains(&part.len())).ok_or(BadEntityId)?;
            let digits = part.bytes().all(|digit| digit.is_ascii_hexdigit());
            *octet = digits.then(|| u8::from_str_radix(part, 16).ok()).flatten().ok_or(BadEntityId)?;
        }
        parts.next().is_none().then_some(Self(octets)).ok_or(BadEntityId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_and_written() {
        let id: EntityId = "0:1B:21:c3:00:ff".parse().unwrap();
        assert_eq!(id.to_string(), "00:1b:21:c3:00:ff");
        for odd in ["", "00:1b:21:c3:00", "00:1b:21:c3:00:ff:00", "00:1b:21:c3:00:+f", "001b:21:c3:0:0:f"] {
            assert_eq!(odd.parse::<EntityId>(), Err(BadEntityId), "{odd}");
        }
    }

    #[test]
    fn the_first_card_names_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(EntityId::of_network(folder.path()), None);
        for (name, address, is_card) in [
            ("br0", "02:00:00:00:00:01", false),
            ("enp1", "00:00:00:00:00:00", true),
            ("lo", "00:00:00:00:00:00", false),
        ] {
            let card = folder.path().join(name);
            std::fs::create_dir(&card).unwrap();
            std::fs::write(card.join("address"), format!("{address}\n")).unwrap();
            if is_card {
                std::fs::create_dir(card.join("device")).unwrap();
            }
        }
        assert_eq!(EntityId::of_network(folder.path()).unwrap().to_string(), "02:00:00:00:00:01");
        std::fs::write(folder.path().join("enp1/address"), "00:1b:21:c3:00:ff\n").unwrap();
        assert_eq!(EntityId::of_network(folder.path()).unwrap().to_string(), "00:1b:21:c3:00:ff");
    }

    #[test]
    fn words_of_a_machine_make_one_that_nobody_else_has() {
        let (one, other) = (EntityId::of_words(&["a", "bc"]), EntityId::of_words(&["ab", "c"]));
        assert!(one != other && one == EntityId::of_words(&["a", "bc"]));
        assert_eq!(one.0[0] & 0x03, 0x02);
    }
}
