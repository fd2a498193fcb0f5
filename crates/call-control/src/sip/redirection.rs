//! The phone is told where its media goes: offers of ours in calls that were answered, one at a time.

use std::time::Duration;

use media_bridge::Codec;
use sip_parser::Message;
use sip_ua::user_agent::SessionId;
use tracing::{debug, warn};

use super::codec_choice::Turn;
use super::driver::Command;
use super::session::{Session, Stage};
use super::steering::{Method, Outcome};
use super::worker::Worker;
use crate::direct_media::MediaRoute;
use crate::streams::PartyStream;

/// How long an offer waits that has crossed one of the phone's (RFC 3261 §14.1).
const CROSSED: Duration = Duration::from_secs(2);

impl Worker {
    /// The channel wants the media of its party there. A caller who has heard no description yet is told in the first
    /// one that it gets.
    pub(super) fn route_media(&mut self, id: SessionId, route: MediaRoute) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.steering.want(route);
        match session.stage {
            Stage::AnswerReady(_) => session.answer_anew(),
            Stage::Established => self.steer(id),
            Stage::OfferOwed { .. } | Stage::EarlyOffer | Stage::Offered => {}
        }
    }

    /// The far end of the call speaks these codecs. A caller who has heard no description yet may be answered accordingly.
    pub(super) fn suit(&mut self, id: SessionId, codecs: Vec<Codec>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.media.suit(codecs) {
            session.answer_anew();
        }
    }

    /// The far end has these streams beside its audio: a caller who has heard no description yet is answered accordingly, and
    /// another phone is offered what it has not.
    pub(super) fn match_streams(&mut self, id: SessionId, streams: Vec<PartyStream>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let changes = session.media.suit_streams(streams);
        match session.stage {
            Stage::AnswerReady(_) => session.answer_anew(),
            Stage::Established if changes => self.owe_offer(id, Vec::new()),
            _ => {}
        }
    }

    /// An offer must go out, wherever media goes: with news about a party, or to refresh the session.
    pub(super) fn owe_offer(&mut self, id: SessionId, headers: Vec<(String, String)>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.steering.owe(headers);
        self.steer(id);
    }

    /// The party at the far end of the call holds, or takes it back: the phone is told by an offer that only sends.
    pub(super) fn pass_hold(&mut self, id: SessionId, held: Option<bool>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.media.holds.want(held);
        self.steer(id);
    }

    /// An offer of the phone's came first: it is told of a hold in a moment.
    fn wait_to_pass_hold(&self, id: SessionId) {
        let commands = self.commands.clone();
        tokio::spawn(async move {
            tokio::time::sleep(CROSSED).await;
            // A worker that is gone has ended every session.
            let _ = commands.send(Command::PassHold(id, None));
        });
    }

    /// Sends the offer that is due, if one is.
    pub(super) fn steer(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if !matches!(session.stage, Stage::Established) || !session.media.is_agreed() {
            return;
        }
        // Where its media goes elsewhere, it comes back first: that is another offer.
        if session.media.holds.is_due() && session.steering.destination().is_none() {
            session.steering.owe(Vec::new());
        }
        let Some(next) = session.steering.next(session.media.told()) else { return };
        let moves = next.to.as_ref() != session.media.told();
        let offer = session.media.offer(next.to.clone(), next.prefer);
        if let Some(place) = next.to.filter(|_| moves) {
            debug!(call = %session.call.call_id(), "the audio of {} goes to {}", session.call.name(), place.rtp);
        }
        match next.method {
            Method::Invite => self.user_agent.reinvite(id, Some(offer), next.headers),
            Method::Update => self.user_agent.update(id, Some(offer), next.headers),
        }
    }

    /// The answer to an offer of ours.
    pub(super) fn on_offer_answered(&mut self, id: SessionId, method: Method, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if !session.steering.is_flying(method) {
            return;
        }
        let accepted = session.accept(message.session_description().unwrap_or_default());
        if let Err(error) = &accepted {
            session.call.warn(&format!("the answer to a changed offer cannot be used: {error}"));
        }
        let outcome = session.steering.accepted(accepted.is_ok());
        self.after_offer(id, outcome);
    }

    /// An offer of ours was refused. What was agreed before goes on (RFC 3261 §14.1).
    pub(super) fn on_offer_failed(&mut self, id: SessionId, method: Method, status: u16) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.steering.is_flying(method) {
            let waits = session.media.holds.failed(status);
            session.media.forget_offer();
            let outcome = session.steering.failed(status);
            if waits {
                self.wait_to_pass_hold(id);
            }
            self.after_offer(id, outcome);
        }
    }

    /// An offer of the phone's crossed one of ours. It is made again, but its media may move at once.
    pub(super) fn on_offer_crossed(&mut self, id: SessionId, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.media.hear_announced(message.session_description().unwrap_or_default());
    }

    fn after_offer(&mut self, id: SessionId, outcome: Outcome) {
        let Some(session) = self.sessions.get(&id) else { return };
        let name = session.call.name();
        match outcome {
            Outcome::GoOn => self.steer(id),
            Outcome::Refused => {
                debug!(call = %session.call.call_id(), "{name} does not send its audio elsewhere; it stays here");
                session.tell_media();
                self.steer(id);
            }
            Outcome::Stuck => {
                warn!(call = %session.call.call_id(), "{name} refuses the description of our own audio");
            }
        }
    }
}

impl Session {
    /// Answers the offer of the INVITE once more, as long as nobody has seen the answer.
    pub(super) fn answer_anew(&mut self) {
        let Stage::AnswerReady(first) = &self.stage else { return };
        if first.told {
            return;
        }
        let offer = first.offer.clone();
        let answered = self.answer(&offer, Turn::First);
        if let (Ok(answer), Stage::AnswerReady(first)) = (answered, &mut self.stage) {
            first.answer = answer;
        }
    }
}
