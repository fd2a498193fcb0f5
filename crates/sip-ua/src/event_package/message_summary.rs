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

    /// Reads a document, as a NOTIFY brings it. One that only says that something waits counts as one new message.
    /// `None` for what says nothing of voice messages.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<MessageSummary> {
        let text = std::str::from_utf8(octets).ok()?;
        let mut summary = MessageSummary::default();
        let (mut waits, mut counted) = (None, false);
        for (name, value) in text.lines().take(LINES).filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "messages-waiting" => waits = Some(value.eq_ignore_ascii_case("yes")),
                "message-account" => summary.account = Some(value.to_owned()),
                "voice-message" => {
                    let (counts, urgent) = value.split_once('(').unwrap_or((value, ""));
                    (summary.new, summary.old) = pair(counts)?;
                    let urgent = pair(urgent.trim_end().trim_end_matches(')'));
                    (summary.urgent_new, summary.urgent_old) = urgent.unwrap_or_default();
                    counted = true;
                }
                _ => {}
            }
        }
        if !counted {
            summary.new = waits?.into();
        }
        Some(summary)
    }
}

/// Lines of a document that are looked at.
const LINES: usize = 64;

/// `new/old`.
fn pair(text: &str) -> Option<(u32, u32)> {
    let (new, old) = text.split_once('/')?;
    Some((new.trim().parse().ok()?, old.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let account = Some("sip:*97@h".to_owned());
        let summary = MessageSummary { account, new: 2, old: 8, urgent_new: 1, urgent_old: 0 };
        assert_eq!(MessageSummary::parse(&summary.write().bytes), Some(summary));
    }

    #[test]
    fn providers_leave_things_out() {
        let counts = |text: &str| MessageSummary::parse(text.as_bytes()).map(|found| (found.new, found.old));
        assert_eq!(counts("Messages-Waiting: yes\r\nvoice-message : 4 / 1\r\n"), Some((4, 1)));
        assert_eq!(counts("Messages-Waiting: yes\r\nFax-Message: 9/9\r\n"), Some((1, 0)));
        assert_eq!(counts("messages-waiting:no\n"), Some((0, 0)));
        for text in ["", "Voice-Message: many\r\n", "Voice-Message: 4294967296/0\r\n", "Subject: hello\r\n"] {
            assert_eq!(counts(text), None, "{text}");
        }
        assert_eq!(MessageSummary::parse(b"\xff: 1"), None);
    }

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
