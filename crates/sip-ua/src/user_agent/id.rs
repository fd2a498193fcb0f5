//! The names by which an application and the user agent speak of sessions and requests.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one call: an INVITE usage, from the first INVITE to the last BYE.
///
/// The application allocates it with [`SessionId::next`] before it asks for the call, so that it can
/// file the call under this name before the first event arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub u64);

/// Names one request outside of dialogs, either direction.
///
/// The user agent allocates it for a request that arrives; the application, with
/// [`RequestId::next`], for one that it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Names one subscription, ours with a peer or a peer's with us (RFC 6665).
///
/// The application allocates it with [`SubscriptionId::next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriptionId(pub u64);

/// All kinds of name count from here: a name is never given twice in one process.
static COUNTER: AtomicU64 = AtomicU64::new(1);

impl SessionId {
    /// A name that nothing else in this process has.
    #[must_use]
    pub fn next() -> SessionId {
        SessionId(COUNTER.fetch_add(1, Ordering::Relaxed))
    }
}

impl RequestId {
    /// A name that nothing else in this process has.
    #[must_use]
    pub fn next() -> RequestId {
        RequestId(COUNTER.fetch_add(1, Ordering::Relaxed))
    }
}

impl SubscriptionId {
    /// A name that nothing else in this process has.
    #[must_use]
    pub fn next() -> SubscriptionId {
        SubscriptionId(COUNTER.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {}", self.0)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}", self.0)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "subscription {}", self.0)
    }
}
