//! When the task of a core wakes by itself.

use std::pin::Pin;
use std::time::Instant;

use tokio::time::{Sleep, sleep_until};

/// A timer of the runtime that is set anew only where it would ring too late.
///
/// Deadlines of a core move with nearly every message, mostly away: to take a timer back and set another one each time
/// costs more than to wake for nothing now and then. And one that is set to ring sooner than the runtime has thought wakes
/// its thread, though it is awake.
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    /// When it rings, while it is set.
    at: Option<Instant>,
}

impl Alarm {
    /// One that does not ring. Must be made inside a tokio runtime.
    pub(super) fn new() -> Self {
        Self { sleep: Box::pin(sleep_until(Instant::now().into())), at: None }
    }

    /// Has it ring at `deadline` or before.
    pub(super) fn set(&mut self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return };
        if self.at.is_none_or(|at| deadline < at) {
            self.sleep.as_mut().reset(deadline.into());
            self.at = Some(deadline);
        }
    }

    /// Waits until it rings; it must be set again then. Never ends while it is not set.
    pub(super) async fn rings(&mut self) {
        match self.at {
            Some(_) => self.sleep.as_mut().await,
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
    async fn whoever_stops_waiting_misses_nothing() {
        let start = tokio::time::Instant::now();
        let mut alarm = Alarm::new();
        alarm.set(Some((start + Duration::from_secs(5)).into_std()));
        assert!(timeout(Duration::from_secs(1), alarm.rings()).await.is_err());
        alarm.rings().await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }
}
