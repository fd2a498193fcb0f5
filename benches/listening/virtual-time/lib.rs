//! What `neteq` asks of the crate `web-time`, by a clock that the thread sets: it reads a clock by itself, and could
//! otherwise be measured only as slowly as people talk, and never twice alike.

use std::cell::Cell;
pub use std::time::Duration;

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A moment of the virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    /// Sets the clock of this thread.
    pub fn set(now: Duration) {
        NOW.set(now);
    }

    /// The time that was set last.
    pub fn now() -> Self {
        Self(NOW.get())
    }

    /// From an earlier moment to this one; none if it is later.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// From this moment to now.
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// A later moment.
    pub fn checked_add(&self, time: Duration) -> Option<Self> {
        self.0.checked_add(time).map(Self)
    }
}
