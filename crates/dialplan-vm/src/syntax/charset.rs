//! Sets of bytes, the letters of patterns.

use std::cmp::Ordering;

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct CharSet([u64; 4]);

impl CharSet {
    pub(crate) fn one(byte: u8) -> Self {
        let mut set = Self::default();
        set.insert(byte);
        set
    }

    pub(crate) fn range(from: u8, to: u8) -> Self {
        let mut set = Self::default();
        (from..=to).for_each(|byte| set.insert(byte));
        set
    }

    pub(crate) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    pub(crate) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| mine & !theirs == 0)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=u8::MAX).filter(|&byte| self.contains(byte))
    }
}

/// Precedence: the smaller set first; of equal sizes, the one with the lower characters.
impl Ord for CharSet {
    fn cmp(&self, other: &Self) -> Ordering {
        self.len().cmp(&other.len()).then_with(|| {
            let differing = self.0.iter().zip(other.0).find(|(mine, theirs)| **mine != *theirs);
            differing.map_or(Ordering::Equal, |(mine, theirs)| {
                let lowest = (mine ^ theirs).trailing_zeros();
                if mine & (1 << lowest) != 0 { Ordering::Less } else { Ordering::Greater }
            })
        })
    }
}

impl PartialOrd for CharSet {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for CharSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Vec<u8> = self.iter().collect();
        write!(f, "[{}]", members.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smaller_sets_then_lower_characters_come_first() {
        let set = |text: &str| {
            text.bytes().fold(CharSet::default(), |mut set, byte| {
                set.insert(byte);
                set
            })
        };
        let mut sets = vec![set("0123456789"), set("23"), set("13"), set("9"), set("1"), set("12"), set("")];
        sets.sort();
        assert_eq!(sets, [set(""), set("1"), set("9"), set("12"), set("13"), set("23"), set("0123456789")]);
        assert!(set("12").is_subset(&set("123")) && !set("14").is_subset(&set("123")));
        assert!(set("14").overlaps(&set("123")) && !set("4").overlaps(&set("123")));
    }
}
