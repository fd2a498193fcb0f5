//! What the user agent tells an application.

use std::sync::Arc;

use sip_parser::Message;

use super::id::{RequestId, SessionId, SubscriptionId};
use super::subscription::SubscriptionEvent;
use crate::transport::Flow;

/// Something that the application should know, from [`UserAgent::poll_event`](super::UserAgent::poll_event).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum UaEvent {
    /// A request outside of dialogs. It must be answered by
    /// [`respond`](super::UserAgent::respond), or, an INVITE, taken by
    /// [`accept`](super::UserAgent::accept), a SUBSCRIBE by
    /// [`accept_subscription`](super::UserAgent::accept_subscription). An INVITE that is left lying is refused with
    /// 500 after 64 T1; what else is left lying ends without a word, as its sender has given up by then (RFC 4320
    /// section 4.2).
    Request {
        /// Its name.
        id: RequestId,
        /// The request.
        message: Arc<Message>,
        /// Where it came from.
        flow: Flow,
    },
    /// An INVITE that wants to take the place of one of our calls (RFC 3891): somebody picks it up, or was given it.
    /// It must be answered as a [`Request`](UaEvent::Request); who accepts it hangs the other call up.
    Replacing {
        /// Its name.
        id: RequestId,
        /// The INVITE.
        message: Arc<Message>,
        /// Where it came from.
        flow: Flow,
        /// The call that it replaces.
        session: SessionId,
    },
    /// A session moved on.
    Session(SessionId, SessionEvent),
    /// A subscription moved on.
    Subscription(SubscriptionId, SubscriptionEvent),
    /// The outcome of a request that we sent.
    Response {
        /// The name that [`request`](super::UserAgent::request) was given.
        id: RequestId,
        /// The final response, or why there is none.
        outcome: Result<Arc<Message>, RequestFailure>,
    },
    /// A connection has ended, or could not be used: who was to be reached by it alone has to register again.
    Disconnected {
        /// Which one.
        flow: Flow,
    },
    /// Something arrived that could not be read as SIP. A counter's worth; a reply has been sent if
    /// one was owed and possible.
    Malformed {
        /// Where it came from.
        flow: Flow,
        /// What is wrong with it, in a sentence.
        problem: String,
        /// The status of the reply that was sent, if one was.
        replied: Option<u16>,
    },
}

/// Why a request of ours has no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFailure {
    /// Nobody answered within 64 T1 (RFC 3261 timer F): as good as 408.
    #[error("no answer came in time; is the peer reachable, and does it speak SIP there?")]
    TimedOut,
    /// The transport could not deliver it: as good as 503.
    #[error("the message could not be delivered; is the peer's address right?")]
    TransportFailed,
    /// The request could not be written, or a limit of ours forbids it.
    #[error("the request was not sent: a limit is reached or a value in it cannot stand in a SIP message")]
    Refused,
    /// The user agent has stopped, and hears no answer any more.
    #[error("the user agent has stopped before an answer came")]
    Stopped,
}

/// A step in the life of a session.
///
/// Every session that was begun ends with exactly one of [`Failed`](SessionEvent::Failed),
/// [`Cancelled`](SessionEvent::Cancelled) and [`Ended`](SessionEvent::Ended), and nothing follows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// Outbound: 101 to 199. A branch of a forked call has a To tag of its own.
    Provisional {
        /// Its status.
        status: u16,
        /// The response, with early media perhaps.
        message: Arc<Message>,
    },
    /// Outbound: the first 2xx. The ACK has been sent, unless our INVITE had no offer: then the
    /// answer is owed by [`acknowledge`](super::UserAgent::acknowledge).
    Answered {
        /// The 2xx.
        message: Arc<Message>,
    },
    /// Inbound: the ACK of our 2xx came.
    Established {
        /// The ACK, which holds the peer's answer if its INVITE had no offer.
        ack: Option<Arc<Message>>,
    },
    /// Outbound: refused, or never answered. 408 for silence, 503 for a dead transport, 487 for our
    /// own CANCEL.
    Failed {
        /// The status of the final response, or the one that stands for what happened.
        status: u16,
        /// The response, if there was one.
        message: Option<Arc<Message>>,
    },
    /// Inbound: the caller gave up before our answer. 487 has been sent.
    Cancelled {
        /// The CANCEL; its Reason may say that somebody else has answered (RFC 3326).
        cancel: Arc<Message>,
    },
    /// The peer wants to change the session; [`answer_reinvite`](super::UserAgent::answer_reinvite)
    /// is owed. An empty body asks us for the offer.
    Reinvite {
        /// The re-INVITE.
        message: Arc<Message>,
    },
    /// The ACK of a re-INVITE that we accepted, with the peer's answer if the offer was ours.
    ReinviteConfirmed {
        /// The ACK.
        ack: Arc<Message>,
    },
    /// The peer took its re-INVITE back before we answered it; 487 has been sent.
    ReinviteCancelled,
    /// The peer accepted our re-INVITE; the ACK has been sent, unless the re-INVITE had no offer.
    ReinviteAnswered {
        /// The 2xx.
        message: Arc<Message>,
    },
    /// The peer refused our re-INVITE, or it could not be sent. The session stays as it was. 491: a
    /// re-INVITE of the peer came between; offer again if the change is still wanted.
    ReinviteFailed {
        /// The status of the refusal, or the one that stands for it.
        status: u16,
    },
    /// An offer of the peer's crossed one of ours and was refused with 491 (RFC 3261 section 14.2). Nothing is owed; what it
    /// says of the peer's media may hold already.
    OfferCrossed {
        /// The re-INVITE or UPDATE.
        message: Arc<Message>,
    },
    /// The peer changes the session without a new INVITE: an UPDATE (RFC 3311) or a PRACK with an offer;
    /// [`answer_update`](super::UserAgent::answer_update) is owed.
    Update {
        /// The request, with an offer.
        message: Arc<Message>,
    },
    /// The peer refreshed the session or its own address, and offered nothing; it has been answered. What an UPDATE
    /// says about the parties (RFC 3325) may have changed.
    Refreshed {
        /// The UPDATE.
        message: Arc<Message>,
    },
    /// The peer took our UPDATE.
    UpdateAnswered {
        /// The 2xx, with the peer's answer if the UPDATE had an offer.
        message: Arc<Message>,
        /// It had one.
        offered: bool,
    },
    /// The peer refused our UPDATE. The session stays as it was.
    UpdateFailed {
        /// The status of the refusal, or the one that stands for it.
        status: u16,
        /// The UPDATE had an offer.
        offered: bool,
    },
    /// Inbound: a reliable provisional response of ours held an offer, and its PRACK brings the answer.
    ProvisionalAcknowledged {
        /// The PRACK.
        message: Arc<Message>,
    },
    /// The timer of the session wants it refreshed and the peer takes no UPDATE: send a re-INVITE with the description
    /// as it is. Without one the session ends when its time is up.
    RefreshWanted,
    /// The peer asks us to call somebody else (RFC 3515); [`answer_refer`](super::UserAgent::answer_refer) is owed.
    Refer {
        /// What names it in [`notify_refer`](super::UserAgent::notify_refer): its CSeq.
        id: u32,
        /// The REFER.
        message: Arc<Message>,
        /// The call of ours that its Refer-To wants replaced: an attended transfer (RFC 5589 section 7).
        replaces: Option<SessionId>,
    },
    /// How far the peer is with what our REFER asked for.
    ReferProgress {
        /// Status of its call: 100 when it has begun, 200 when it was answered.
        status: u16,
        /// Whether no more news will come.
        last: bool,
    },
    /// The peer refused our REFER.
    ReferFailed {
        /// The status of the refusal, or the one that stands for it.
        status: u16,
    },
    /// A MESSAGE came and has been answered 200.
    Message {
        /// The MESSAGE.
        message: Arc<Message>,
    },
    /// An INFO came and has been answered 200.
    Info {
        /// The INFO.
        message: Arc<Message>,
    },
    /// The session is over after it was answered, or by our own refusal.
    Ended {
        /// The request or response that ended it, if there was one.
        message: Option<Arc<Message>>,
        /// Who or what ended it.
        reason: EndReason,
    },
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndReason {
    /// The peer sent BYE.
    Bye,
    /// We hung up or refused: [`hangup`](super::UserAgent::hangup) or
    /// [`reject`](super::UserAgent::reject).
    HungUp,
    /// Our 2xx was never acknowledged within 64 T1 (RFC 3261 section 13.3.1.4). BYE was sent.
    NoAck,
    /// The peer no longer knows the dialog, or no longer answers: 481, 408 or silence to a request
    /// of ours (RFC 3261 section 12.2.1.2). BYE was sent.
    Lost,
    /// Its timer ran out: the peer has not refreshed the session, or could not be reached (RFC 4028 section 10). BYE was
    /// sent.
    TimerExpired,
    /// The caller's INVITE said how long it was good for, and that time is up (RFC 3261 section
    /// 13.3.1). 487 was sent.
    Expired,
    /// The command could not be carried out: a limit is reached, or a value cannot stand in a SIP
    /// message.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_small_for_they_go_through_several_queues() {
        assert!(size_of::<UaEvent>() <= 128, "{}", size_of::<UaEvent>());
        assert!(size_of::<SessionEvent>() <= 48, "{}", size_of::<SessionEvent>());
        assert!(size_of::<crate::TransactionEvent>() <= 128, "{}", size_of::<crate::TransactionEvent>());
    }
}
