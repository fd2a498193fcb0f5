//! Whoever watches messages go by.

use crate::transport::Flow;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageDirection {
    /// From a peer to us.
    Received,
    /// From us to a peer.
    Sent,
}

/// Sees every message as it goes over the wire, for a log, a trace or a capture. See
/// [`UserAgentHandle::observe`](crate::UserAgentHandle::observe).
pub trait MessageObserver: Send + Sync {
    /// A message was received, whether it can be read or not, or is about to be sent.
    ///
    /// `message` is what the network has, but for keys of Secure RTP in it (RFC 4568 section 9.2): asterisks are in their
    /// place, as many, so that nobody who reads along can listen in. The transport waits meanwhile: what takes time belongs
    /// elsewhere.
    fn observe(&self, direction: MessageDirection, flow: &Flow, message: &[u8]);
}
