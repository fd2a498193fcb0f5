//! Waiting messages: `application/simple-message-summary` (RFC 3842).

use std::fmt::Write as _;

use crate::user_agent::Body;

/// What waits in a mailbox, or in several together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageSummary {
    /// URI to call to hear them.
    pub account: Option<String>,
    /// Messages not heard yet.
    pub new: u32,
    /// Messages that were kept.
    pub old: u32,
    /// Urgent ones among the new.
    pub urgent_new: u32,
    /// Urgent ones among the old.
    pub urgent_old: u32,
}

impl MessageSummary {
    /// Its media type.
    pub const CONTENT_TYPE: &'static str = "application/simple-message-summary";

    /// The document.
    #[must_use]
    pub fn write(&self) -> Body {
        let waiting = if self.new > 0 || self.urgent_new > 0 { "yes" } else { "no" };
        let mut text = format!("Messages-Waiting: {waiting}\r\n");
        if let Some(account) = &self.account {
            let account: String = account.chars().filter(|c| !c.is_control()).collect();
            // Writing into a String cannot fail.
            let _ = write!(text, "Message-Account: {account}\r\n");
        }
        let Self { new, old, urgent_new, urgent_old, .. } = self;
        let _ = write!(text, "Voice-Message: {new}/{old} ({urgent_new}/{urgent_old})\r\n");
        Body { content_type: Self::CONTENT_TYPE.to_owned(), bytes: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_light_for_new_messages() {
        let mut summary =
            MessageSummary { account: Some("sip:*97@h\r\nX: y".into()), old: 3, ..Default::default() };
        let text = "Messages-Waiting: no\r\nMessage-Account: sip:*97@hX: y\r\nVoice-Message: 0/3 (0/0)\r\n";
        assert_eq!(summary.write().bytes, text);
        summary = MessageSummary { new: 2, urgent_new: 1, ..Default::default() };
        assert_eq!(summary.write().bytes, "Messages-Waiting: yes\r\nVoice-Message: 2/0 (1/0)\r\n");
    }
}
