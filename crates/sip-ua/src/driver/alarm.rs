//! When the task of a core wakes by itself.

use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};

/// So long it is quiet after it has rung. The shortest wait of SIP is 200 ms, and most are there to forget something: with
/// hundreds of calls a second one of them would end each millisecond, and to wake costs more than what is done then.
const QUIET: Duration = Duration::from_millis(20);

/// A timer of the runtime that is set anew only where it would ring too late, by [`QUIET`] at most.
///
/// Deadlines of a core move with nearly every message, mostly away: to take a timer back and set another one each time
/// costs more than to wake for nothing now and then. And one that is set to ring sooner than the runtime has thought wakes
/// its thread, though it is awake.
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    /// When it rings, while it is set.
    at: Option<Instant>,
    /// Until then it does not ring.
    quiet: Option<Instant>,
}

impl Alarm {
    /// One that does not ring. Must be made inside a tokio runtime.
    pub(super) fn new() -> Self {
        Self { sleep: Box::pin(sleep_until(Instant::now().into())), at: None, quiet: None }
    }

    /// Has it ring at `deadline` or before, but not while it is quiet.
    pub(super) fn set(&mut self, deadline: Option<Instant>) {
        let Some(deadline) = deadline.max(self.quiet.filter(|_| deadline.is_some())) else { return };
        if self.at.is_none_or(|at| deadline < at) {
            self.sleep.as_mut().reset(deadline.into());
            self.at = Some(deadline);
        }
    }

    /// Waits until it rings; it must be set again then. Never ends while it is not set.
    pub(super) async fn rings(&mut self) {
        match self.at {
            Some(at) => {
                self.sleep.as_mut().await;
                self.quiet = Some(at + QUIET);
            }
            None => std::future::pending().await,
        }
        self.at = None;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_at_the_earliest_time_and_not_again() {
        let start = tokio::time::Instant::now();
        let at = |seconds| Some((start + Duration::from_secs(seconds)).into_std());
        let mut alarm = Alarm::new();
        assert!(timeout(Duration::from_secs(1), alarm.rings()).await.is_err(), "it is not set");
        for deadline in [at(20), at(5), at(60), None] {
            alarm.set(deadline);
        }
        alarm.rings().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
        assert!(timeout(Duration::from_secs(100), alarm.rings()).await.is_err());
        alarm.set(at(110));
        alarm.rings().await;
        assert_eq!(start.elapsed(), Duration::from_secs(110));
    }

    #[tokio::test(start_paused = true)]
    async fn deadlines_that_follow_each_other_closely_ring_once() {
        let start = tokio::time::Instant::now();
        let mut alarm = Alarm::new();
        for (wanted, rings) in [(1, 1), (2, 21), (3, 41), (100, 100), (300, 300)] {
            alarm.set(Some((start + Duration::from_millis(wanted)).into_std()));
            alarm.rings().await;
            assert_eq!(start.elapsed().as_millis(), rings);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_stops_waiting_misses_nothing() {
        let start = tokio::time::Instant::now();
        let mut alarm = Alarm::new();
        alarm.set(Some((start + Duration::from_secs(5)).into_std()));
        assert!(timeout(Duration::from_secs(1), alarm.rings()).await.is_err());
        alarm.rings().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }
}
