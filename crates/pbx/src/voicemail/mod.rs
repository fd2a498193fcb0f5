//! Voicemail: who has a mailbox.

mod mailboxes;

pub use mailboxes::{Mailbox, VoicemailConfiguration};
