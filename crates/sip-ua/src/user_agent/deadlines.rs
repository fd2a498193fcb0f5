//! Who wants to be woken when.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::time::Instant;

use crate::hashing::Map;

/// One deadline for each of many, the earliest at hand.
pub(super) struct Deadlines<K> {
    ordered: BTreeSet<(Instant, K)>,
    of: Map<K, Instant>,
}

impl<K: Copy + Ord + Hash> Deadlines<K> {
    pub(super) fn new() -> Deadlines<K> {
        Deadlines { ordered: BTreeSet::new(), of: Map::default() }
    }

    /// Sets, moves or removes the deadline of `key`.
    pub(super) fn set(&mut self, key: K, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.of.insert(key, at),
            None => self.of.remove(&key),
        };
        if before == at {
            return;
        }
        if let Some(before) = before {
            self.ordered.remove(&(before, key));
        }
        if let Some(at) = at {
            self.ordered.insert((at, key));
        }
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.ordered.first().map(|(at, _)| *at)
    }

    /// Takes one whose time has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<K> {
        let (at, key) = *self.ordered.first()?;
        if at > now {
            return None;
        }
        self.set(key, None);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_earliest_comes_first_and_each_has_one() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut deadlines = Deadlines::new();
        deadlines.set(1, Some(at(5)));
        deadlines.set(2, Some(at(3)));
        deadlines.set(1, Some(at(2)));
        deadlines.set(3, Some(at(1)));
        deadlines.set(3, None);
        assert_eq!(deadlines.next(), Some(at(2)));
        assert_eq!(deadlines.pop(at(1)), None);
        assert_eq!(deadlines.pop(at(9)), Some(1));
        assert_eq!(deadlines.pop(at(9)), Some(2));
        assert_eq!(deadlines.pop(at(9)), None);
        assert_eq!(deadlines.next(), None);
    }
}
