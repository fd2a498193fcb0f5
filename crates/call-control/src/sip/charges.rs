//! Advice of charge from the network of one party to the other, if its endpoint is told (3GPP TS 24.647).
//!
//! ```text
//! from one party                    to the other
//! 18x, 200 to INVITE, INFO: AOC-S   180, 183 and 200 before the answer, INFO after it
//! INFO: AOC-D                       INFO
//! INFO, BYE: AOC-E                  BYE, or the 200 to one
//! ```

use sip_parser::{Message, MultipartBuilder};
use sip_ua::charge_advice::{ChargeAdvice, ChargeMoment};
use sip_ua::user_agent::{Body, SessionId};
use tracing::debug;

use super::session::{Session, Stage};
use super::worker::Worker;
use crate::technology::Report;

/// A receiver that knows no such documents leaves it aside.
const DISPOSITION: &[(&str, &str)] = &[("Content-Disposition", "render;handling=optional")];

impl Session {
    /// Reports what a message of the party says of charges.
    pub(super) fn hear_charges(&self, message: &Message) {
        let (kind, subtype) = ChargeAdvice::MEDIA_TYPE;
        let Some(document) = message.body_of(kind, subtype) else { return };
        match ChargeAdvice::parse(document) {
            Ok(advice) => self.call.report(Report::ChargeAdvice(advice)),
            Err(problem) => debug!(call = %self.call.call_id(), "charges are not passed on: {problem}"),
        }
    }

    /// The body of a response to its INVITE, with the charges that are to be told before the answer.
    pub(super) fn with_charges(&self, body: Option<Body>) -> Option<Body> {
        match (&self.charges, body) {
            (None, body) => body,
            (Some(advice), None) => Some(advice.body()),
            (Some(advice), Some(body)) => {
                let parts = MultipartBuilder::new().part(&body.content_type, &[], &body.bytes);
                let told = advice.body();
                let (content_type, octets) = parts.part(&told.content_type, DISPOSITION, &told.bytes).build();
                Some(Body { content_type, bytes: octets.into() })
            }
        }
    }
}

impl Worker {
    /// The other party's network tells of charges, and this one is to hear it.
    pub(super) fn tell_charges(&mut self, id: SessionId, advice: ChargeAdvice) {
        let Some(session) = self.sessions.get_mut(&id).filter(|session| session.media.endpoint().send_aoc)
        else {
            return;
        };
        match (advice.moment(), &session.stage) {
            (ChargeMoment::End, _) => self.user_agent.farewell(id, advice.body()),
            (_, Stage::Established) => self.user_agent.info(id, advice.body()),
            (_, Stage::AnswerReady(_) | Stage::OfferOwed { .. } | Stage::EarlyOffer | Stage::Offered) => {
                session.charges = Some(advice)
            }
        }
    }

    /// Tells what had to wait for the answer of a call that we made.
    pub(super) fn tell_waiting_charges(&mut self, id: SessionId) {
        let waiting = self.sessions.get_mut(&id).and_then(|session| session.charges.take());
        if let Some(advice) = waiting {
            self.user_agent.info(id, advice.body());
        }
    }
}
