//! Requests whose sender nobody knows: a few from one address are a slip, many within a short time are somebody who
//! tries names.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use sip_ua::guard::Source;

/// How many requests of unknown senders one address may send before it is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnidentifiedPolicy {
    /// So many within the period are told of as an unknown account; 0 for never. Default 5.
    pub count: u32,
    /// The time within which they are counted. Default 5 s.
    pub period: Duration,
    /// How often addresses are forgotten whose period is over. Default 30 s.
    pub prune_interval: Duration,
}

impl Default for UnidentifiedPolicy {
    fn default() -> Self {
        Self { count: 5, period: Duration::from_secs(5), prune_interval: Duration::from_secs(30) }
    }
}

/// Addresses that are counted at the same time, some 60 octets each; beyond them new ones are not, until old ones are
/// forgotten.
const SOURCES: usize = 16_384;

/// Counts requests of unknown senders.
#[derive(Debug, Default)]
pub(super) struct Unidentified {
    counted: HashMap<Source, Window>,
    prune_at: Option<Instant>,
}

/// What one address has sent since.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Instant,
    count: u32,
}

impl Unidentified {
    /// Counts a request from `address`; whether it is the one that must be told of.
    pub(super) fn note(&mut self, now: Instant, policy: &UnidentifiedPolicy, address: IpAddr) -> bool {
        if policy.count == 0 {
            return false;
        }
        let over = |window: &Window| now.saturating_duration_since(window.since) > policy.period;
        if self.prune_at.is_none_or(|time| time <= now) || self.counted.len() >= SOURCES {
            self.counted.retain(|_, window| !over(window));
            self.prune_at = Some(now + policy.prune_interval);
        }
        let source = Source::of(address);
        if self.counted.len() >= SOURCES && !self.counted.contains_key(&source) {
            return false;
        }
        let window = self.counted.entry(source).or_insert(Window { since: now, count: 0 });
        if over(window) {
            *window = Window { since: now, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        window.count == policy.count
    }

    /// Somebody at that address has proven who he is.
    pub(super) fn identified(&mut self, address: IpAddr) {
        self.counted.remove(&Source::of(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: UnidentifiedPolicy = UnidentifiedPolicy {
        count: 3,
        period: Duration::from_secs(5),
        prune_interval: Duration::from_secs(30),
    };

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn many_within_the_period_are_told_of_once() {
        let (mut unidentified, start) = (Unidentified::default(), Instant::now());
        let mut at = |seconds: u64, last| {
            unidentified.note(start + Duration::from_secs(seconds), &POLICY, address(last))
        };
        assert_eq!([at(0, 1), at(1, 1), at(1, 2), at(2, 1), at(3, 1)], [false, false, false, true, false]);
        assert_eq!(
            [at(9, 1), at(10, 1), at(20, 1), at(21, 1), at(22, 1)],
            [false, false, false, false, true]
        );
        let never = UnidentifiedPolicy { count: 0, ..POLICY };
        assert!((0..9).all(|_| !unidentified.note(start, &never, address(3))));
    }

    #[test]
    fn who_is_known_begins_anew_and_who_is_quiet_is_forgotten() {
        let (mut unidentified, start) = (Unidentified::default(), Instant::now());
        assert!(
            !unidentified.note(start, &POLICY, address(1)) && !unidentified.note(start, &POLICY, address(1))
        );
        unidentified.identified(address(1));
        assert!(!unidentified.note(start, &POLICY, address(1)));
        for last in 2..100 {
            unidentified.note(start, &POLICY, address(last));
        }
        assert_eq!(unidentified.counted.len(), 99);
        unidentified.note(start + Duration::from_secs(31), &POLICY, address(1));
        assert_eq!(unidentified.counted.len(), 1);
    }
}
