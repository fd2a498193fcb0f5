//! Keys that were pressed and not read yet.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

/// More keys than this ahead of the reader are dropped: nobody types so far ahead.
const TYPE_AHEAD_LIMIT: usize = 128;

/// The keys of one channel, in order, until somebody reads them.
#[derive(Debug, Default)]
pub(crate) struct DigitQueue {
    pending: Mutex<VecDeque<char>>,
    arrived: Notify,
}

impl DigitQueue {
    pub(crate) fn push(&self, digit: char) {
        {
            let mut pending = self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if pending.len() >= TYPE_AHEAD_LIMIT {
                return;
            }
            pending.push_back(digit);
        }
        self.arrived.notify_one();
    }

    pub(crate) fn take(&self) -> Option<char> {
        self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop_front()
    }

    pub(crate) fn clear(&self) {
        self.pending.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }

    /// The next key, waiting for it as long as it takes.
    pub(crate) async fn next(&self) -> char {
        loop {
            // Registered before looking, so that a key that comes in between still wakes us.
            let arrived = self.arrived.notified();
            if let Some(digit) = self.take() {
                return digit;
            }
            arrived.await;
        }
    }

    /// The next key, or `None` when `timeout` passes without one.
    pub(crate) async fn next_within(&self, timeout: Duration) -> Option<char> {
        tokio::time::timeout(timeout, self.next()).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn keys_typed_ahead_are_kept_in_order() {
        let queue = DigitQueue::default();
        queue.push('1');
        queue.push('2');
        assert_eq!(queue.next().await, '1');
        assert_eq!(queue.next_within(Duration::from_secs(1)).await, Some('2'));
        assert_eq!(queue.next_within(Duration::from_secs(1)).await, None);
    }

    #[test]
    fn a_flood_of_keys_is_bounded() {
        let queue = DigitQueue::default();
        (0..1000).for_each(|_| queue.push('1'));
        assert_eq!(std::iter::from_fn(|| queue.take()).count(), TYPE_AHEAD_LIMIT);
    }
}
