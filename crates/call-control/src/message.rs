//! Text messages (RFC 3428).

/// A text on its way from one party to another, outside of a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMessage {
    /// Where it goes, as its sender wrote it: a URI such as `sip:bob@example.com`.
    pub to: String,
    /// Whom it comes from: a URI, or a name-addr such as `"Alice" <sip:alice@example.com>`.
    pub from: String,
    /// What it says.
    pub body: String,
    /// What the body is; `text/plain` as a rule.
    pub content_type: String,
    /// What dialplans attach to it (`MESSAGE_DATA`), in order.
    pub data: Vec<(String, String)>,
    /// How often it may still be passed on (Max-Forwards); as often as is usual when absent.
    pub hops: Option<u8>,
}

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The receiver does not exist, or cannot be reached at any time.
    #[error("{0}")]
    Unreachable(String),
    /// The receiver exists, and is not there now: it may be tried again.
    #[error("the receiver is away: {0}")]
    Away(String),
    /// The receiver said no.
    #[error("the receiver refused with {status} {reason}")]
    Refused {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
}

impl MessageError {
    /// Whether trying again later makes sense.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Away(_))
    }
}
