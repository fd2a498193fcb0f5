//! What the transaction layer tells the user agent above it.

use std::fmt;
use std::sync::Arc;

use sip_parser::Message;

use crate::transport::Flow;

/// Names one transaction of a layer: a number that is never used again, and where it is filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) serial: u64,
    pub(super) slot: u32,
}

/// Names one client transaction of a layer; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientTransactionId(pub(super) Name);

/// Names one server transaction of a layer; never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerTransactionId(pub(super) Name);

impl fmt::Display for ClientTransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client-{}", self.0.serial)
    }
}

impl fmt::Display for ServerTransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "server-{}", self.0.serial)
    }
}

/// What the transaction layer tells the user agent.
///
/// A client transaction ends in exactly one of: a final [`Response`](Self::Response) (an INVITE may yield further
/// 2xx after its first), [`TimedOut`](Self::TimedOut), [`TransportFailed`](Self::TransportFailed).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TransactionEvent {
    /// A new request, neither ACK nor CANCEL. Its top `Via` carries `received` and `rport` where they are due.
    /// Answer it with [`TransactionLayer::respond`](super::TransactionLayer::respond).
    Request {
        /// The transaction to answer.
        id: ServerTransactionId,
        /// The request.
        request: Arc<Message>,
        /// Where it came from.
        flow: Flow,
        /// The same request is being served under another branch: it took two paths through forking proxies.
        /// A user agent answers 482 (RFC 3261 section 8.2.2.2).
        merged: bool,
    },
    /// The caller gives up an INVITE that has no final response yet. The layer has answered the CANCEL with 200;
    /// the user agent answers the INVITE with 487 (RFC 3261 section 9.2).
    Cancel {
        /// The CANCEL's own transaction, already answered.
        cancel: ServerTransactionId,
        /// The INVITE to answer.
        invite: ServerTransactionId,
        /// The CANCEL; its `Reason` may say that the call was taken elsewhere.
        request: Arc<Message>,
    },
    /// An ACK for a 2xx: it belongs to a dialog, not to a transaction. May be a repeated or a stray one.
    Ack {
        /// The ACK.
        request: Arc<Message>,
        /// Where it came from.
        flow: Flow,
    },
    /// A provisional or final response. Repeated ones are absorbed, except each 2xx to an INVITE, which the
    /// user agent must acknowledge every time (RFC 3261 section 13.2.2.4).
    Response {
        /// The transaction that it answers.
        id: ClientTransactionId,
        /// The response.
        response: Arc<Message>,
        /// Where it came from.
        flow: Flow,
    },
    /// No final response came in time (timers B and F): treat as 408.
    TimedOut {
        /// The transaction, which is over.
        id: ClientTransactionId,
    },
    /// The request could not be sent: treat as 503 (RFC 3261 section 8.1.3.1).
    TransportFailed {
        /// The transaction, which is over.
        id: ClientTransactionId,
    },
    /// The response could not be sent. The transaction stays, for the peer may repeat its request
    /// (RFC 6026 section 8.8).
    ReplyFailed {
        /// The transaction whose peer is out of reach.
        id: ServerTransactionId,
    },
    /// A 300-699 to an INVITE was never acknowledged (timer H). The call is over on our side anyway.
    /// (That no ACK came for a 2xx is the user agent's to notice: RFC 3261 section 13.3.1.4.)
    AckMissing {
        /// The transaction, which is over.
        id: ServerTransactionId,
    },
    /// A response that no transaction awaits. A 2xx to an INVITE may be a late answer of another branch, to be
    /// acknowledged and hung up; all else is best forgotten.
    StrayResponse {
        /// The response.
        response: Arc<Message>,
        /// Where it came from.
        flow: Flow,
    },
    /// Bytes that are no SIP message, or a message without the headers that every message needs.
    Malformed {
        /// Where it came from.
        flow: Flow,
        /// What is wrong, as one sentence.
        reason: String,
        /// The status that was sent back, where a reply was owed and possible.
        replied: Option<u16>,
    },
}

/// Why a client transaction ended without a final response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered in time.
    TimedOut,
    /// The request could not be sent.
    TransportFailed,
}

impl Failure {
    pub(super) fn event(self, id: ClientTransactionId) -> TransactionEvent {
        match self {
            Self::TimedOut => TransactionEvent::TimedOut { id },
            Self::TransportFailed => TransactionEvent::TransportFailed { id },
        }
    }
}
