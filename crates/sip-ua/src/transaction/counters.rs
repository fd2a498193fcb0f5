//! What the layer has seen, for whoever draws graphs.

/// Counts since the layer was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests that started a transaction.
    pub requests: u64,
    /// Requests and responses that were repeated by the peer and absorbed here.
    pub repeated: u64,
    /// Bytes that were no SIP message, or lacked what every message needs.
    pub malformed: u64,
    /// Requests turned away with 503 because the layer was full.
    pub overload: u64,
    /// CANCELs answered 481: nothing to cancel.
    pub stray_cancels: u64,
    /// Responses that no transaction awaited.
    pub stray_responses: u64,
    /// Responses that were meant for somebody else: more than one `Via`.
    pub misrouted: u64,
    /// Requests that came by two paths (RFC 3261 section 8.2.2.2).
    pub merged: u64,
    /// Requests of ours that could not be started: no usable `Via`, a branch in use, or the layer was full.
    pub unsent: u64,
}
