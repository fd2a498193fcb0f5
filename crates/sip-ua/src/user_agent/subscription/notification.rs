//! What a NOTIFY says.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::user_agent::command::Body;

/// The state that a NOTIFY carries.
#[derive(Clone, Default)]
pub enum Document {
    /// No body: there is nothing to tell, or it may not be told yet.
    #[default]
    Empty,
    /// The same octets in every NOTIFY.
    Fixed(Body),
    /// A document that numbers itself (RFC 4235, RFC 3680): made for each NOTIFY of the subscription, which count from 0
    /// without gaps. A state that was never sent, for a newer one came meanwhile, costs no number.
    Versioned(Arc<dyn Fn(u32) -> Body + Send + Sync>),
    /// The same, for one that may tell only what changed since the last NOTIFY (RFC 4662 section 4.5). It is told whether it
    /// must tell all: to a SUBSCRIBE, and where the watcher may have missed one.
    Partial(Arc<dyn Fn(u32, bool) -> Body + Send + Sync>),
}

impl Document {
    /// The body of the NOTIFY with this number, which tells all that there is if it must be `whole`; `None` where it has none.
    #[must_use]
    pub fn write(&self, version: u32, whole: bool) -> Option<Body> {
        match self {
            Document::Empty => None,
            Document::Fixed(body) => Some(body.clone()),
            Document::Versioned(write) => Some(write(version)),
            Document::Partial(write) => Some(write(version, whole)),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Document::Empty => f.write_str("Empty"),
            Document::Fixed(body) => f.debug_tuple("Fixed").field(body).finish(),
            Document::Versioned(_) => f.write_str("Versioned"),
            Document::Partial(_) => f.write_str("Partial"),
        }
    }
}

/// Whether a subscription has been allowed yet (RFC 6665 section 4.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Allowed: its documents tell the state.
    #[default]
    Active,
    /// Somebody must still decide.
    Pending,
}

/// The end of a subscription as its last NOTIFY tells it.
#[derive(Clone, Debug)]
pub struct Termination {
    /// Why.
    pub reason: TerminationReason,
    /// Seconds after which the subscriber may come again.
    pub retry_after: Option<u32>,
    /// The last document; `None` for the one that there is.
    pub document: Option<Document>,
}

impl Termination {
    /// The end for this reason, with the document that there is.
    #[must_use]
    pub fn new(reason: TerminationReason) -> Termination {
        Termination { reason, retry_after: None, document: None }
    }
}

/// The reasons of RFC 6665 section 4.1.3.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TerminationReason {
    /// Subscribe again at once: the state is served elsewhere or anew.
    Deactivated,
    /// Subscribe again later.
    Probation,
    /// Not allowed; do not come again.
    Rejected,
    /// It was not refreshed, or it was ended by the subscriber.
    Timeout,
    /// Nobody decided whether it is allowed.
    GiveUp,
    /// What was watched does not exist any more.
    NoResource,
    /// What was watched will not change any more.
    Invariant,
    /// Another one, a token.
    Other(Cow<'static, str>),
}

impl TerminationReason {
    /// The word for it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            TerminationReason::Deactivated => "deactivated",
            TerminationReason::Probation => "probation",
            TerminationReason::Rejected => "rejected",
            TerminationReason::Timeout => "timeout",
            TerminationReason::GiveUp => "giveup",
            TerminationReason::NoResource => "noresource",
            TerminationReason::Invariant => "invariant",
            TerminationReason::Other(word) => word,
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_name(name: &str) -> TerminationReason {
        let known = [
            TerminationReason::Deactivated,
            TerminationReason::Probation,
            TerminationReason::Rejected,
            TerminationReason::Timeout,
            TerminationReason::GiveUp,
            TerminationReason::NoResource,
            TerminationReason::Invariant,
        ];
        let found = known.into_iter().find(|reason| reason.as_str().eq_ignore_ascii_case(name));
        found.unwrap_or_else(|| TerminationReason::Other(Cow::Owned(name.to_owned())))
    }
}
