//! When each transaction wants to be woken: one heap, out-of-date entries dropped as they surface.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Instant;

/// The deadlines of all transactions of a layer.
///
/// A deadline that moves later leaves its old entry in place: waking a transaction early is harmless, and the
/// entry is renewed then. One that moves earlier gets a second entry, and the first is recognised as stale when
/// it surfaces. The heap is rebuilt when more than half of it is stale, so it stays in proportion to what lives.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, u64)>>,
    current: HashMap<u64, Instant>,
}

impl Deadlines {
    /// Stale entries that are never worth a rebuild.
    const SLACK: usize = 64;

    /// Wakes `id` at `at` or a little before; never again when `at` is none.
    pub(super) fn schedule(&mut self, id: u64, at: Option<Instant>) {
        let Some(at) = at else {
            self.current.remove(&id);
            return;
        };
        if self.current.get(&id).is_some_and(|&earlier| earlier <= at) {
            return;
        }
        self.current.insert(id, at);
        self.heap.push(Reverse((at, id)));
        if self.heap.len() > 2 * self.current.len() + Self::SLACK {
            self.heap = self.current.iter().map(|(&id, &at)| Reverse((at, id))).collect();
        }
    }

    /// One whose time has come by `now`; it is scheduled no more.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<u64> {
        let at = self.next()?;
        if at > now {
            return None;
        }
        let Reverse((_, id)) = self.heap.pop()?;
        self.current.remove(&id);
        Some(id)
    }

    /// The earliest deadline.
    pub(super) fn next(&mut self) -> Option<Instant> {
        while let Some(&Reverse((at, id))) = self.heap.peek() {
            if self.current.get(&id) == Some(&at) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_earliest_comes_first_and_each_once() {
        let now = Instant::now();
        let at = |ms| Some(now + Duration::from_millis(ms));
        let mut deadlines = Deadlines::default();
        deadlines.schedule(1, at(30));
        deadlines.schedule(2, at(20));
        deadlines.schedule(1, at(10));
        assert_eq!(deadlines.next(), at(10));
        let later = now + Duration::from_millis(40);
        assert_eq!(deadlines.pop_due(now), None);
        assert_eq!(deadlines.pop_due(later), Some(1));
        assert_eq!(deadlines.pop_due(later), Some(2));
        assert_eq!(deadlines.pop_due(later), None);
        assert_eq!(deadlines.next(), None);
    }

    #[test]
    fn one_that_is_taken_back_never_wakes() {
        let now = Instant::now();
        let mut deadlines = Deadlines::default();
        deadlines.schedule(1, Some(now));
        deadlines.schedule(1, None);
        assert_eq!(deadlines.pop_due(now), None);
    }

    #[test]
    fn the_heap_stays_in_proportion_to_what_lives() {
        let now = Instant::now();
        let mut deadlines = Deadlines::default();
        for id in 0..10_000 {
            deadlines.schedule(id, Some(now + Duration::from_secs(3600)));
            deadlines.schedule(id, Some(now + Duration::from_secs(32)));
            deadlines.schedule(id, None);
            assert!(deadlines.heap.len() <= 2 * deadlines.current.len() + Deadlines::SLACK + 2);
        }
    }
}
