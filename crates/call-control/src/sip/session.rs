//! What the worker keeps of one session.

use bytes::Bytes;
use sdp::negotiation::NegotiationError;
use sip_ua::charge_advice::ChargeAdvice;
use sip_ua::transport::Flow;
use sip_ua::user_agent::Body;

use super::codec_choice::Turn;
use super::endpoint::SipEndpoint;
use super::media::{Agreement, SessionMedia};
use super::parties;
use super::steering::Steering;
use crate::call::{Call, Direction};
use crate::technology::Report;

/// One INVITE session and its channel.
pub(super) struct Session {
    /// The channel.
    pub(super) call: Call,
    /// Its offers, answers and leg.
    pub(super) media: SessionMedia,
    /// Where its media shall go.
    pub(super) steering: Steering,
    /// Where the exchange of descriptions stands.
    pub(super) stage: Stage,
    /// Its phone was told that it rings.
    pub(super) rings: bool,
    /// It was told so by a tone.
    pub(super) rings_in_band: bool,
    /// The way to the other end.
    pub(super) flow: Flow,
    /// What of charges its party is told as soon as it can be.
    pub(super) charges: Option<ChargeAdvice>,
    /// What is wrong with the caller's identity, until a response has said so (RFC 8224 section 6.2.2).
    pub(super) reason: Option<String>,
    /// The To tag of the response whose description is the answer to our first offer.
    pub(super) answer_of: Option<String>,
}

impl Session {
    /// One whose party was told nothing yet.
    pub(super) fn new(call: Call, media: SessionMedia, steering: Steering, stage: Stage, flow: Flow) -> Self {
        Self {
            call,
            media,
            steering,
            stage,
            rings: false,
            rings_in_band: false,
            flow,
            charges: None,
            reason: None,
            answer_of: None,
        }
    }

    /// Takes in an answer of the peer and tells the channel what was agreed.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<(), NegotiationError> {
        let agreement = self.media.accept(answer)?;
        self.tell(agreement);
        Ok(())
    }

    /// Our offer, where the next provisional response is to hold it.
    pub(super) fn early_offer(&mut self) -> Option<Body> {
        if !matches!(self.stage, Stage::OfferOwed { reliable: true }) {
            return None;
        }
        self.stage = Stage::EarlyOffer;
        Some(self.media.offer(None, None))
    }

    /// Whether the description in a response to our INVITE is the one that counts, and takes note of that. The first one of
    /// a branch is its answer, and stays so (RFC 3261 section 13.2.1), unless the endpoint is known to change its mind; of
    /// several branches the last one is heard, if the endpoint wants that, and the one that takes the call in any case.
    pub(super) fn counts(&mut self, response: &sip_parser::Message) -> bool {
        let tag = response.to_tag().unwrap_or_default();
        let is_final = response.status().is_some_and(|status| status >= 200);
        let counts = match &self.answer_of {
            None => true,
            Some(known) if known == tag => self.media.endpoint().changes_answers,
            Some(_) => is_final || self.media.endpoint().follows_forks,
        };
        if counts {
            self.answer_of = Some(tag.to_owned());
        }
        counts
    }

    /// What a message to its phone says about the party that it is connected with.
    pub(super) fn connected_headers(&self) -> Vec<(String, String)> {
        let endpoint = self.media.endpoint();
        if !endpoint.send_connected_line {
            return Vec::new();
        }
        let role = match self.call.direction() {
            Direction::Inbound => "called",
            Direction::Outbound => "calling",
        };
        parties::identity_headers(endpoint, &self.call.connected(), self.media.address(), role)
    }

    /// Takes in what a message of its phone says about who is there.
    pub(super) fn hear_party(&self, message: &sip_parser::Message) {
        let endpoint = self.media.endpoint();
        if endpoint.trust_id_inbound
            && endpoint.trust_connected_line
            && let Some(party) = parties::asserted(message)
        {
            self.call.change_party(party);
        }
    }

    /// The Reason that the next response owes to the caller.
    pub(super) fn owed_reason(&mut self) -> Option<(String, String)> {
        self.reason.take().map(|reason| ("Reason".to_owned(), reason))
    }

    /// What its channel starts with, that the endpoint says.
    pub(super) fn furnish(call: &Call, endpoint: &SipEndpoint) {
        call.set_caller_tag(&endpoint.caller_tag);
        call.forbid_translation(endpoint.codec_rules.incoming_offer.no_translation);
        call.set_tone_zone(endpoint.tone_zone.as_deref());
        call.suggest_music(endpoint.suggested_music.as_deref());
        call.set_pickup_groups(endpoint.pickup_groups.clone());
    }

    /// Whether its phone may hand the call on.
    pub(super) fn allows_transfer(&self) -> bool {
        self.media.endpoint().allow_transfer
    }

    /// Answers an offer of the peer and tells the channel what was agreed.
    pub(super) fn answer(&mut self, offer: &[u8], turn: Turn) -> Result<Body, NegotiationError> {
        let (answer, agreement) = self.media.answer(offer, self.steering.destination(), turn)?;
        self.tell(agreement);
        Ok(answer)
    }

    /// Tells the channel what was agreed, and where the phone's media is now.
    pub(super) fn tell(&self, agreement: Agreement) {
        self.tell_media();
        self.call.report(Report::Streams(self.media.call_streams()));
        agreement.tell(&self.call);
    }

    /// Tells the channel where the phone's media is, if it may leave us.
    pub(super) fn tell_media(&self) {
        let media = self.media.party().filter(|_| self.steering.is_willing());
        self.call.report(Report::Media(media.map(Box::new)));
    }
}

/// Where the exchange of session descriptions stands.
pub(super) enum Stage {
    /// Inbound: the caller made an offer, and has our answer in a 183 or will have it in the 200.
    AnswerReady(FirstAnswer),
    /// Inbound: the caller made no offer. Ours goes out in the 200 and its answer comes in the ACK, unless provisional
    /// responses are `reliable`: then the first of them holds it (RFC 3261 section 13.2.1).
    OfferOwed {
        /// Whether provisional responses are.
        reliable: bool,
    },
    /// Inbound: our offer went out in a reliable provisional response, and its answer comes in the PRACK (RFC 3262 section 5).
    EarlyOffer,
    /// Outbound: our offer went out in the INVITE.
    Offered,
    /// Answered; what changes now changes by re-INVITE.
    Established,
}

/// Our answer to the offer of an INVITE.
pub(super) struct FirstAnswer {
    /// The offer.
    pub(super) offer: Bytes,
    /// The answer; the same in each response (RFC 3261 §13.3.1.4).
    pub(super) answer: Body,
    /// A 183 has told it.
    pub(super) told: bool,
}
