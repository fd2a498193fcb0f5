//! REFER inside a call: the peer asks us to call somebody else, or we ask it (RFC 3515, RFC 5589).
//!
//! ```text
//!   REFER --202--> 100 --> 180 --> 200 or a refusal          each a NOTIFY with `Event: refer;id=CSeq of the REFER`
//! ```

mod ours;
mod theirs;

pub(super) use ours::News;
pub(super) use theirs::TheirRefers;

/// Whether news is wanted (RFC 4488).
const REFER_SUB: &str = "Refer-Sub";

/// The event package of news about a REFER.
const PACKAGE: &str = "refer";
