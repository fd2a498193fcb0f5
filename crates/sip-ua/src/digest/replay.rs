//! Which nonce counts have been used: a captured answer must not work twice.

use std::collections::BTreeMap;

use super::nonce::{Millis, Nonce};

/// The nonce counts seen, for nonces that are alive, within a bound.
///
/// When the bound is reached the nonce that ends soonest is forgotten, and with it all that end before it and are
/// unknown: an answer to one of them counts as used, and costs its sender one more challenge.
pub(super) struct Replay {
    seen: BTreeMap<Nonce, Window>,
    forgotten: Option<Nonce>,
    capacity: usize,
}

/// The counts of one nonce: the highest, and which of the 64 below it came too. Requests may
/// overtake each other on the way.
#[derive(Clone, Copy, Default)]
struct Window {
    highest: u32,
    before: u64,
}

impl Replay {
    pub(super) fn new(capacity: usize) -> Replay {
        Replay { seen: BTreeMap::new(), forgotten: None, capacity: capacity.max(1) }
    }

    /// Notes the use of `count` with `nonce`; `false` when it may have been used before.
    pub(super) fn take(&mut self, nonce: Nonce, count: u32, now: Millis) -> bool {
        while let Some(oldest) = self.seen.first_entry() {
            if !oldest.key().expired(now) {
                break;
            }
            oldest.remove();
        }
        if let Some(window) = self.seen.get_mut(&nonce) {
            return window.take(count);
        }
        if self.forgotten.is_some_and(|floor| nonce <= floor) {
            return false;
        }
        if self.seen.len() >= self.capacity {
            self.forgotten = self.seen.pop_first().map(|(oldest, _)| oldest).max(self.forgotten);
            if self.forgotten.is_some_and(|floor| nonce <= floor) {
                return false;
            }
        }
        self.seen.entry(nonce).or_default().take(count)
    }
}

impl Window {
    fn take(&mut self, count: u32) -> bool {
        if count == 0 {
            return false;
        }
        if count > self.highest {
            let ahead = count - self.highest;
            self.before = self.before.checked_shl(ahead).unwrap_or(0);
            if self.highest > 0 && ahead <= 64 {
                self.before |= 1 << (ahead - 1);
            }
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if behind == 0 || behind > 64 {
            return false;
        }
        let bit = 1 << (behind - 1);
        let fresh = self.before & bit == 0;
        self.before |= bit;
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(expires: Millis) -> Nonce {
        Nonce { expires, serial: expires }
    }

    #[test]
    fn each_count_is_good_once_in_any_order() {
        let mut replay = Replay::new(10);
        let mut take = |count| replay.take(nonce(5), count, 5);
        assert!(take(1) && take(3) && take(2) && take(70));
        assert!(!take(1) && !take(3) && !take(2) && !take(70) && !take(0));
        assert!(take(69) && !take(69));
        assert!(!take(4), "too far behind to be sure");
        assert!(take(u32::MAX) && !take(u32::MAX) && take(u32::MAX - 64));
    }

    #[test]
    fn what_was_forgotten_counts_as_used() {
        let mut replay = Replay::new(2);
        for expires in [10, 20, 30] {
            assert!(replay.take(nonce(expires), 1, 5));
        }
        assert!(!replay.take(nonce(10), 1, 5), "forgotten itself");
        assert!(!replay.take(nonce(9), 1, 5), "ends before what was forgotten");
        assert!(!replay.take(nonce(15), 1, 5), "would have to be forgotten at once");
        assert!(replay.take(nonce(40), 1, 5));
        assert_eq!(replay.seen.len(), 2);
    }

    #[test]
    fn expired_nonces_make_room() {
        let mut replay = Replay::new(2);
        assert!(replay.take(nonce(10), 1, 5) && replay.take(nonce(20), 1, 5));
        assert!(replay.take(nonce(40_000), 1, 21));
        assert_eq!(replay.seen.len(), 1);
        assert_eq!(replay.forgotten, None);
    }
}
