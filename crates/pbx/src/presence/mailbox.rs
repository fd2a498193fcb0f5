//! How many messages wait where.

/// What waits in one mailbox, or in several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailboxCounts {
    /// Not heard yet.
    pub new: u32,
    /// Heard and kept.
    pub old: u32,
}

impl std::ops::Add for MailboxCounts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { new: self.new.saturating_add(other.new), old: self.old.saturating_add(other.old) }
    }
}

/// Who counts the messages of mailboxes, as voicemail does. It answers from memory, at once.
pub trait MailboxSource: Send + Sync + 'static {
    /// The messages of `box@context`; `None` when it has no such mailbox.
    fn counts(&self, mailbox: &str) -> Option<MailboxCounts>;
}

/// The name of a mailbox with its context: `100@default`.
pub(super) fn full_name(mailbox: &str) -> String {
    let mailbox = mailbox.trim();
    if mailbox.contains('@') { mailbox.to_owned() } else { format!("{mailbox}@default") }
}

/// Reads `new/old`.
pub(super) fn parse(text: &str) -> Option<MailboxCounts> {
    let (new, old) = text.split_once('/')?;
    Some(MailboxCounts { new: new.parse().ok()?, old: old.parse().ok()? })
}
