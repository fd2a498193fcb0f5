//! What the worker keeps of one session.

use sip_ua::user_agent::Body;

use super::media::SessionMedia;
use crate::call::Call;

/// One INVITE session and its channel.
pub(super) struct Session {
    /// The channel.
    pub(super) call: Call,
    /// Its offers, answers and leg.
    pub(super) media: SessionMedia,
    /// Where the exchange of descriptions stands.
    pub(super) stage: Stage,
}

/// Where the exchange of session descriptions stands.
pub(super) enum Stage {
    /// Inbound: the caller made an offer, this is our answer, repeated in 183 and 200.
    AnswerReady(Body),
    /// Inbound: the caller made no offer; ours goes out in the 200 and its answer comes in the ACK.
    OfferOwed,
    /// Outbound: our offer went out in the INVITE.
    Offered,
    /// Answered; what changes now changes by re-INVITE.
    Established,
}
