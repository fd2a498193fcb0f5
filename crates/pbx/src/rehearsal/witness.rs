//! Notes what happens, and when.

use std::sync::{Mutex, PoisonError};

use call_control::{Event, Observer};
use tokio::sync::Notify;
use tokio::time::Instant;

/// More than that is no scene: a dialplan goes in circles.
const MOST: usize = 100_000;

/// All that happened so far.
#[derive(Default)]
pub(super) struct Witness {
    seen: Mutex<Vec<(Instant, Event)>>,
    more: Notify,
}

impl Witness {
    /// What happened from the `from`th thing on.
    pub(super) fn since(&self, from: usize) -> Vec<(Instant, Event)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(from..).unwrap_or_default().to_vec()
    }

    /// How much happened.
    pub(super) fn count(&self) -> usize {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether more happened than is kept.
    pub(super) fn is_full(&self) -> bool {
        self.count() >= MOST
    }

    /// Waits until more happens.
    pub(super) async fn more(&self) {
        self.more.notified().await;
    }
}

impl Observer for Witness {
    fn notice(&self, event: &Event) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST {
            seen.push((Instant::now(), event.clone()));
        }
        drop(seen);
        self.more.notify_one();
    }
}
