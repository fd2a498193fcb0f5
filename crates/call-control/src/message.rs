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
    /// What came with it, its headers among them, and what dialplans attach to it (`MESSAGE_DATA`), in order.
    pub data: Vec<(String, String)>,
    /// Headers that go out with it.
    pub headers: Vec<(String, String)>,
    /// How often it may still be passed on (Max-Forwards); as often as is usual when absent.
    pub hops: Option<u8>,
}

/// A text for a party within its call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallText {
    /// What it says.
    pub body: String,
    /// What the body is; `text/plain` as a rule.
    pub content_type: String,
    /// Name that it shows as its sender's; that of the call where it is absent.
    pub from_name: Option<String>,
    /// Name that it shows as its receiver's.
    pub to_name: Option<String>,
}

impl CallText {
    /// A text without names.
    pub fn new(body: impl Into<String>, content_type: impl Into<String>) -> Self {
        Self { body: body.into(), content_type: content_type.into(), ..Self::default() }
    }
}

/// What a phone is notified of without having asked (SIP: NOTIFY of no subscription).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notification {
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// Type of the body and the body, where there is one.
    pub body: Option<(String, String)>,
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
