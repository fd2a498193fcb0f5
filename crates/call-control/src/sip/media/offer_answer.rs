//! Offers of ours and answers to them, offers of phones and our answers (RFC 3264).

use media_bridge::{Codec, Leg};
use sdp::negotiation::{LocalLine, LocalMedia, Negotiated, NegotiationError, Negotiator};
use sip_ua::user_agent::Body;

use super::codec_names::{codec_of, codecs_of, keeping};
use super::leg_settings::comfort_noise;
use super::{Agreement, SessionMedia};
use crate::direct_media::MediaPlace;
use crate::sip::codec_choice::Turn;
use crate::sip::endpoint::SipEndpoint;
use crate::sip::media_encryption::{Keyring, leg_keys};
use crate::sip::session_streams::{Owner, directed};

impl SessionMedia {
    /// Our offer: of our own media, or with that of another party in its place.
    pub(in crate::sip) fn offer(&mut self, to: Option<MediaPlace>, prefer: Option<Codec>) -> Body {
        let codecs = self.codecs.offered(prefer);
        let directed = to.as_ref().and_then(|place| self.streams.for_direct_offer(&place.streams));
        // Where the streams of both do not belong together any more, the audio passes us with them.
        let to = to.filter(|_| directed.is_some());
        self.holds.offers(to.is_none());
        let protection = self.keyring.for_offer();
        let named = self.agreed.as_ref().and_then(comfort_noise).is_some() || self.offers_noise;
        let mut local = self.local(to.as_ref(), codecs, protection, named);
        local.lines = directed.unwrap_or_else(|| {
            let owner = owner(&self.endpoint, &self.leg, &self.keyring);
            self.streams.for_offer(&self.negotiator, owner)
        });
        self.offered = to;
        Body::sdp(self.negotiator.offer(&local))
    }

    /// Our offer to a phone that asks for one within the call: of what was agreed on, unless it is to hear of all again.
    pub(in crate::sip) fn offer_anew(&mut self) -> Body {
        let agreed = self.agreed.as_ref().map(codecs_of).unwrap_or_default();
        let wide = self.codecs.clone();
        if !self.endpoint.offers_all_codecs_anew {
            self.codecs.keep(&agreed);
        }
        let offer = self.offer(self.told.clone(), None);
        // The next offer of ours may name others.
        self.codecs = wide;
        offer
    }

    /// Our answer to an offer, and what it changed. It names the media of another party, unless that does not fit or the
    /// phone puts the call on hold: then it is ours to be heard.
    pub(in crate::sip) fn answer(
        &mut self,
        offer: &[u8],
        to: Option<&MediaPlace>,
        turn: Turn,
    ) -> Result<(Body, Agreement), NegotiationError> {
        let protection = self.keyring.for_answer();
        let offered = self.negotiator.offered_codecs(offer, protection.as_ref());
        let offered: Vec<Codec> = offered.iter().filter_map(codec_of).collect();
        let spoken = self.agreed.as_ref().and_then(|agreed| codec_of(&agreed.codec));
        let codecs = self.codecs.answered(&offered, turn, spoken);
        let owner = owner(&self.endpoint, &self.leg, &self.keyring);
        let lines = self.streams.for_answer(&self.negotiator, (offer, protection.as_ref()), turn, owner);
        let direct = to.and_then(|place| self.answer_direct(offer, place, &lines));
        let (answer, negotiated) = match direct {
            Some((attempt, answered)) => {
                self.negotiator = attempt;
                self.told = to.cloned();
                answered
            }
            None => {
                let local = LocalMedia { lines, ..self.local(None, codecs, protection, true) };
                let answered = self.negotiator.answer(offer, &local);
                let answered = answered.inspect_err(|_| self.streams.settle());
                let answered = answered.map_err(|error| self.codecs.explain(error))?;
                self.told = None;
                self.holds.answers();
                answered
            }
        };
        let agreement = self.apply(negotiated);
        Ok((Body::sdp(answer), agreement))
    }

    /// An answer in the name of another party, where all that the phone offers fits.
    fn answer_direct(
        &self,
        offer: &[u8],
        place: &MediaPlace,
        lines: &[LocalLine],
    ) -> Option<(Negotiator, (String, Negotiated))> {
        let lines = directed(lines, &place.streams)?;
        let count = lines.len();
        let mut attempt = self.negotiator.clone();
        let local = LocalMedia { lines, ..self.local(Some(place), Vec::new(), None, false) };
        let answered = attempt.answer(offer, &local).ok();
        let fits = |negotiated: &Negotiated| {
            let flows = negotiated.lines.iter().all(|line| line.direction.sends());
            !negotiated.remote_hold && negotiated.lines.len() == count && flows
        };
        Some((attempt, answered.filter(|(_, negotiated)| fits(negotiated))?))
    }

    /// Takes in the answer to our offer.
    pub(in crate::sip) fn accept(&mut self, answer: &[u8]) -> Result<Agreement, NegotiationError> {
        let accepted = self.negotiator.accept(answer);
        let negotiated = accepted.inspect_err(|_| self.streams.settle())?;
        self.told.clone_from(&self.offered);
        self.holds.accepted();
        let accepted = self.codecs.accepted(&codecs_of(&negotiated));
        Ok(self.apply(keeping(negotiated, &accepted)))
    }

    fn apply(&mut self, negotiated: Negotiated) -> Agreement {
        self.announced = None;
        self.streams.apply(&negotiated.lines, &self.endpoint, self.seen.peer, self.told.is_some());
        self.keyring.agreed(negotiated.protection.as_ref());
        let keys = match &negotiated.protection {
            None => Some(None),
            Some(agreed) => leg_keys(agreed).map(Some),
        };
        // Keys before what lets packets out.
        if let (Some(settings), Some(keys)) = (self.settings(&negotiated), keys) {
            self.leg.protect(keys);
            self.leg.configure(settings);
        }
        let agreement = Agreement {
            codecs: codecs_of(&negotiated),
            held: negotiated.remote_hold && !self.endpoint.suppresses_hold,
            encrypted: negotiated.protection.is_some(),
            comfort_noise: comfort_noise(&negotiated).is_some(),
        };
        self.agreed = Some(negotiated);
        agreement
    }

    /// Our last offer was refused: what was opened for it ends.
    pub(in crate::sip) fn forget_offer(&mut self) {
        self.streams.settle();
    }
}

/// Who wants streams beside this audio.
fn owner<'a>(endpoint: &'a SipEndpoint, audio: &'a Leg, keyring: &Keyring) -> Owner<'a> {
    Owner { endpoint, audio, encryption: keyring.terms() }
}
