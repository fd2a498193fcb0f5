//! A subscription that a peer holds with us, as it is kept over a restart.

use sip_parser::Message;

use crate::transport::Flow;

/// All that must be known of a peer's subscription so that another process can go on with it. Told by
/// [`SubscriptionEvent::Recorded`](super::SubscriptionEvent::Recorded), taken by
/// [`UserAgent::restore_subscription`](crate::user_agent::UserAgent::restore_subscription).
#[derive(Clone, Debug)]
pub struct SubscriptionRecord {
    /// The SUBSCRIBE that began it: its dialog, its route set, and what is watched.
    pub request: Message,
    /// Our tag.
    pub tag: String,
    /// Where our requests go.
    pub flow: Flow,
    /// URI of the peer's latest Contact.
    pub target: String,
    /// CSeq number of the peer's latest request.
    pub remote_cseq: u32,
    /// CSeq number of our latest NOTIFY. What restores it adds more than there can have been since.
    pub local_cseq: u32,
    /// Number of the next document. The same holds for it.
    pub version: u32,
}
