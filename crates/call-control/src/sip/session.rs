//! What the worker keeps of one session.

use std::net::IpAddr;

use sdp::negotiation::NegotiationError;
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
    /// The other end's address.
    pub(super) peer: IpAddr,
}

impl Session {
    /// Takes in an answer of the peer and tells the channel what was agreed.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<(), NegotiationError> {
        let agreement = self.media.accept(answer)?;
        agreement.tell(&self.call);
        Ok(())
    }

    /// Answers an offer of the peer and tells the channel what was agreed.
    pub(super) fn answer(&mut self, offer: &[u8]) -> Result<Body, NegotiationError> {
        let (answer, agreement) = self.media.answer(offer)?;
        agreement.tell(&self.call);
        Ok(answer)
    }
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
