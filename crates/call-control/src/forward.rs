//! Calls that the called party sends elsewhere before it answers (SIP: 3xx, RFC 3261 section 8.1.3.4).

use crate::identity::CallerId;

/// Where a called party wants the call to go instead of to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// The places, best first; one after another is tried.
    pub targets: Vec<ForwardTarget>,
    /// Who diverts, where it says so itself; else it is the party that was called.
    pub from: Option<CallerId>,
    /// Why, in the words of RFC 5806: `unconditional`, `user-busy`, `no-answer` …
    pub reason: String,
    /// The technology follows by itself (`redirect_method=uri_pjsip`): who dials has no say, and is not told.
    pub silent: bool,
}

/// One place that a call is forwarded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForwardTarget {
    /// A number, which the dialplan of the channel that dials knows the way to.
    Number(String),
    /// A destination as `Dial` takes it, `technology/resource`.
    Destination(String),
}
