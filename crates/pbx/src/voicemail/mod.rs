//! Voicemail: who has a mailbox.

mod mailboxes;

pub use mailboxes::{DEFAULT_CONTEXT, Mailbox, VoicemailConfiguration};
