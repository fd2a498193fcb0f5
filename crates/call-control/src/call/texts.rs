//! Texts and notices within a call, and refusals that name their status.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Call, ChannelState, FrameKind};
use crate::error::CallError;
use crate::message::{CallText, Notification};
use crate::sip::causes;
use crate::technology::Report;

/// Texts that wait for a reader; the oldest make way.
const MOST_WAITING: usize = 16;

/// Texts of the party that nobody has read yet.
#[derive(Default)]
pub(crate) struct TextQueue {
    waiting: Mutex<VecDeque<String>>,
    arrived: Notify,
}

impl TextQueue {
    fn push(&self, text: String) {
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= MOST_WAITING {
                waiting.pop_front();
            }
            waiting.push_back(text);
        }
        self.arrived.notify_one();
    }

    async fn next(&self) -> String {
        loop {
            // Registered before looking, so that a text that comes in between still wakes us.
            let arrived = self.arrived.notified();
            let text = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            if let Some(text) = text {
                return text;
            }
            arrived.await;
        }
    }
}

impl Call {
    /// Shows the party a text while the call goes on. `false` for one whose phone cannot show any, and before the answer.
    pub fn send_text(&self, text: &CallText) -> bool {
        self.state() == ChannelState::Up && !self.is_told_no(FrameKind::Text) && self.0.driver.send_text(text)
    }

    /// Tells the party's phone something that it has not asked for. `false` where it cannot be told, and before the answer.
    pub fn notify(&self, notification: Notification) -> bool {
        self.state() == ChannelState::Up && self.0.driver.notify(notification)
    }

    /// The next text of the party, or `None` after `timeout` without one; for ever without a timeout. Texts that came
    /// before anybody read them come first.
    ///
    /// # Errors
    /// [`CallError::HungUp`] when the party hangs up.
    pub async fn next_text(&self, timeout: Option<Duration>) -> Result<Option<String>, CallError> {
        let next = self.0.texts.next();
        match timeout {
            Some(timeout) => Ok(self.unless_hung_up(tokio::time::timeout(timeout, next)).await?.ok()),
            None => self.unless_hung_up(next).await.map(Some),
        }
    }

    /// Refuses a caller that was not answered yet with a status of SIP, 400 to 699. `false` where that is too late, or no
    /// such call.
    pub fn refuse(&self, status: u16) -> bool {
        let refused = self.state() == ChannelState::Ring && self.0.driver.refuse(status);
        if refused {
            self.report(Report::Ended(causes::from_status(status)));
        }
        refused
    }

    pub(super) fn heard_text(&self, text: String) {
        self.0.texts.push(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn texts_wait_within_a_bound() {
        let queue = TextQueue::default();
        (0..20).for_each(|n| queue.push(n.to_string()));
        assert_eq!(queue.next().await, "4");
        assert_eq!(queue.next().await, "5");
    }
}
