//! Who listens, and how much they want to hear, so that lines that nobody would read are not written.

use std::sync::atomic::{AtomicU8, AtomicU16, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// All who listen.
pub(super) struct Audience {
    /// One more than the highest level that somebody wants; 0 while nobody listens.
    wanted: AtomicU16,
    /// How many want each level.
    listeners: Mutex<[usize; 256]>,
}

impl Audience {
    pub(super) fn new() -> Self {
        Self { wanted: AtomicU16::new(0), listeners: Mutex::new([0; 256]) }
    }

    /// True when somebody wants lines of this level.
    pub(super) fn wants(&self, level: u8) -> bool {
        u16::from(level) < self.wanted.load(Relaxed)
    }

    /// One who wanted `from` wants `to` instead; `None` for one who has not come yet or is leaving.
    fn change(&self, from: Option<u8>, to: Option<u8>) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(level) = to {
            listeners[usize::from(level)] += 1;
        }
        if let Some(level) = from {
            listeners[usize::from(level)] -= 1;
        }
        let highest = listeners.iter().rposition(|count| *count > 0);
        // 256 levels: one more than the highest fits.
        self.wanted.store(highest.map_or(0, |level| level as u16 + 1), Relaxed);
    }
}

/// How much one who listens wants to hear: lines up to a level, which may change at any time. The wish ends when it is
/// dropped.
pub struct Verbosity {
    level: AtomicU8,
    audience: Arc<Audience>,
}

impl Verbosity {
    pub(super) fn new(level: u8, audience: Arc<Audience>) -> Self {
        audience.change(None, Some(level));
        Self { level: AtomicU8::new(level), audience }
    }

    /// The level up to which lines are wanted.
    pub fn get(&self) -> u8 {
        self.level.load(Relaxed)
    }

    /// Wants lines up to another level from now on; the level before.
    pub fn set(&self, level: u8) -> u8 {
        let before = self.level.swap(level, Relaxed);
        self.audience.change(Some(before), Some(level));
        before
    }
}

impl Drop for Verbosity {
    fn drop(&mut self) {
        self.audience.change(Some(self.get()), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_curious_one_decides() {
        let audience = Arc::new(Audience::new());
        assert!(!audience.wants(0));
        let quiet = Verbosity::new(0, audience.clone());
        assert!(audience.wants(0) && !audience.wants(1));
        let curious = Verbosity::new(3, audience.clone());
        assert!(audience.wants(3) && !audience.wants(4));
        assert_eq!(quiet.set(255), 0);
        assert!(audience.wants(255));
        assert_eq!(quiet.set(1), 255);
        drop(curious);
        assert!(audience.wants(1) && !audience.wants(2));
        drop(quiet);
        assert!(!audience.wants(0));
    }
}
