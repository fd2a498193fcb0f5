//! Calls that come in: from an admitted INVITE to the answer, and what the caller changes afterwards.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use media_bridge::{Leg, LegConfig};
use sdp::negotiation::NegotiationError;
use sip_parser::Message;
use sip_ua::guard::Offence;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, SessionId};
use tracing::warn;

use super::addressing;
use super::codec_choice::{CodecChoice, Turn};
use super::conversation::Conversation;
use super::directory::Admission;
use super::driver::SessionDriver;
use super::endpoint::SipEndpoint;
use super::leg_events::LegRelay;
use super::media::{Agreement, Seen, SessionMedia};
use super::parties;
use super::referral::take_over;
use super::session::{FirstAnswer, Session, Stage};
use super::steering::Steering;
use super::verification::{CallerVerdict, ProvenInvite};
use super::worker::Worker;
use crate::call::{Call, Direction};
use crate::cause::HangupCause;
use crate::event::Event;
use crate::identity::CallerId;
use crate::technology::{ChannelSpec, Report};

/// Who calls, and what.
struct InboundCaller {
    caller: CallerId,
    dialed: String,
    /// The instance that a GRUU leads to (RFC 5627).
    instance: Option<String>,
}

impl Worker {
    /// An INVITE whose sender is proven: admit it, agree on media, make the channel.
    pub(super) fn admit(&mut self, proven: ProvenInvite, verdict: CallerVerdict) {
        let ProvenInvite { id, message, flow, endpoint, replaced } = proven;
        let invite = &message;
        let replaced = replaced.and_then(|replaced| self.sessions.get(&replaced)).map(|old| old.call.clone());
        if let Err(refusal) = endpoint.options.screen(invite) {
            return self.user_agent.respond(id, refusal);
        }
        let (dialed, instance) = match self.directory.gruu(invite) {
            Some((dialed, instance)) => (dialed, Some(instance)),
            None => (addressing::dialed_number(invite, &endpoint), None),
        };
        let caller = caller_of(invite, &endpoint);
        if let Some(status) = self.refusal_of(&endpoint, &dialed, &caller, replaced.is_some()) {
            self.note_unreachable(&endpoint, &dialed, &flow, status);
            if status == 404 {
                self.note(&flow, Offence::UnknownNumber);
            }
            return self.user_agent.respond(id, Reply::status(status));
        }
        let session_id = SessionId::next();
        let (mut media, relay) = match self.open_media(endpoint.clone(), &flow, session_id) {
            Ok(media) => media,
            Err(reply) => return self.user_agent.respond(id, reply),
        };
        let (stage, agreement) = match first_answer(&mut media, invite) {
            Ok(first) => first,
            Err(error) => {
                self.note_refused(&endpoint, &dialed, &flow, &error.to_string());
                return self.user_agent.respond(id, refusal(&error));
            }
        };
        let caller = InboundCaller { caller, dialed, instance };
        let call = self.channel_of(session_id, invite, &endpoint, caller, media.leg.clone());
        relay.attach(&call);
        Conversation::note_invite(&call, invite, flow);
        self.directory.locate(&endpoint, invite, &call);
        for (function, value) in &endpoint.assignments {
            self.directory.assign(&call, function, value);
        }
        let steering = Steering::new(&endpoint.direct_media, Direction::Inbound);
        verdict.verification.into_iter().for_each(|judged| call.add_identity_verification(judged));
        let mut session = Session::new(call.clone(), media, steering, stage, flow);
        session.reason = verdict.reason;
        if let Some(agreement) = agreement {
            session.tell(agreement);
        }
        if let Some(replaced) = &replaced {
            take_over(&call, replaced);
        }
        match self.calls.try_send(call.clone()) {
            Ok(()) => {
                let user = endpoint.contact_user.as_deref().unwrap_or_default();
                let contact =
                    addressing::contact(&self.user_agent, &flow, user, addressing::wants_sips(invite));
                self.user_agent.accept_with(id, session_id, contact, endpoint.options);
                self.sessions.insert(session_id, session);
            }
            Err(_) => {
                self.user_agent.respond(id, Reply::status(503).header("Retry-After", "5"));
                call.report(Report::Ended(HangupCause::CONGESTION));
            }
        }
    }

    /// The status that a call is refused with before anything is made for it.
    fn refusal_of(
        &self,
        endpoint: &SipEndpoint,
        dialed: &str,
        caller: &CallerId,
        replaces: bool,
    ) -> Option<u16> {
        match self.directory.admit(endpoint, dialed, caller) {
            _ if self.switchboard.is_full() => Some(503),
            // It leads to the call that it replaces, whatever number it names.
            _ if replaces => None,
            _ if self.is_at_limit(endpoint) => Some(480),
            Admission::Welcome => None,
            Admission::NoSuchNumber => Some(404),
            Admission::Incomplete => Some(484),
        }
    }

    /// The channel of a call that is admitted, with all that its INVITE says of it.
    fn channel_of(
        &self,
        session: SessionId,
        invite: &Message,
        endpoint: &SipEndpoint,
        from: InboundCaller,
        leg: Arc<Leg>,
    ) -> Call {
        let mut variables = endpoint.variables.clone();
        let (commands, passes_hold) = (self.commands.clone(), Arc::new(endpoint.passes_hold.into()));
        let driver = SessionDriver { id: session, commands, passes_hold };
        variables.extend(from.instance.map(|instance| (format!("__{}", super::INSTANCE), instance)));
        let call = self.switchboard.create_channel(ChannelSpec {
            technology: super::NAME,
            resource: endpoint.name.clone(),
            direction: Direction::Inbound,
            caller: from.caller,
            dialed: from.dialed,
            context: endpoint.context.clone(),
            language: endpoint.language.clone(),
            variables,
            call_id: None,
            linked_id: None,
            leg: Some(leg),
            driver: Box::new(driver.clone()),
        });
        Conversation::begin(&call, driver, endpoint);
        Session::furnish(&call, endpoint);
        call.set_redirecting(parties::redirecting_of(invite));
        // One that cannot be read counts as the usual one.
        let most = self.max_forwards.load(Ordering::Relaxed);
        let hops = invite.max_forwards().and_then(Result::ok).unwrap_or(most);
        call.set_hops(hops.min(most));
        call
    }

    /// Says once that a number leads nowhere: it is the first thing that somebody with a new dialplan looks for.
    fn note_unreachable(&self, endpoint: &SipEndpoint, dialed: &str, flow: &Flow, status: u16) {
        let context = &endpoint.context;
        let why = match status {
            503 => "the exchange takes no calls".to_owned(),
            480 => "it has as many calls as its call-limit allows".to_owned(),
            484 => format!("it needs more digits in context '{context}'"),
            _ => format!("extension not found in context '{context}'"),
        };
        self.note_refused(endpoint, dialed, flow, &why);
    }

    /// Says why a call of an endpoint is refused.
    fn note_refused(&self, endpoint: &SipEndpoint, dialed: &str, flow: &Flow, why: &str) {
        let (name, source, protocol) = (&endpoint.name, flow.remote, flow.protocol);
        let text = format!(
            "Call from '{name}' ({protocol}:{source}) to extension '{dialed}' rejected because {why}."
        );
        warn!("{text}");
        self.switchboard.notice(|| Event::Warning { channel: None, text });
    }

    fn open_media(
        &self,
        endpoint: Arc<SipEndpoint>,
        flow: &Flow,
        id: SessionId,
    ) -> Result<(SessionMedia, LegRelay), Reply> {
        let bind: IpAddr = endpoint.media_bind.unwrap_or(flow.local.ip());
        let relay = LegRelay::default();
        let config = endpoint.rtp.apply(LegConfig::new(bind, relay.sink()));
        let leg = self.switchboard.media().open_leg(config).map_err(|error| {
            let text = format!("a call of '{}' is refused: {error}", endpoint.name);
            warn!("{text}");
            self.switchboard.notice(|| Event::Warning { channel: None, text });
            Reply::status(503).header("Retry-After", "5")
        })?;
        let address = endpoint.media_address.unwrap_or_else(|| self.user_agent.media_address(flow));
        let seen = Seen::over(flow, address);
        let codecs = CodecChoice::inbound(&endpoint);
        Ok((SessionMedia::new(Arc::new(leg), endpoint, seen, codecs, id.0), relay))
    }

    /// The caller is to know that it rings: by a 180, or by a tone.
    pub(super) fn send_ringing(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.rings = true;
        let endpoint = session.media.endpoint();
        let told = match &session.stage {
            Stage::AnswerReady(first) => Some(first.told),
            Stage::EarlyOffer if session.media.is_agreed() => Some(true),
            _ => None,
        };
        // A phone that hears early audio makes no tone of its own.
        if let Some(told) = told
            && (endpoint.inband_progress || told)
        {
            session.rings_in_band = true;
            session.call.play_indication("ring");
            if !endpoint.rings_after_progress {
                return self.send_progress(id);
            }
        }
        let mut headers =
            if endpoint.connected_while_ringing { session.connected_headers() } else { Vec::new() };
        headers.extend(session.owed_reason());
        let offer = session.early_offer();
        let body = session.with_charges(offer);
        self.user_agent.progress(id, 180, body, headers);
    }

    pub(super) fn send_progress(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let description = match &mut session.stage {
            Stage::AnswerReady(first) => {
                first.told = true;
                Some(first.answer.clone())
            }
            Stage::OfferOwed { reliable: true } => session.early_offer(),
            Stage::EarlyOffer => None,
            // Nothing is heard yet, and an offer that may get lost is none.
            Stage::OfferOwed { .. } | Stage::Offered | Stage::Established => return,
        };
        let mut headers = session.connected_headers();
        headers.extend(session.owed_reason());
        let body = session.with_charges(description);
        self.user_agent.progress(id, 183, body, headers);
    }

    pub(super) fn send_answer(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let body = match std::mem::replace(&mut session.stage, Stage::Established) {
            Stage::AnswerReady(first) => Some(first.answer),
            Stage::OfferOwed { .. } => Some(session.media.offer(None, None)),
            Stage::EarlyOffer => None,
            answered => {
                session.stage = answered;
                return;
            }
        };
        if std::mem::take(&mut session.rings_in_band) {
            session.call.stop_indication();
        }
        let body = session.with_charges(body);
        session.charges = None;
        let mut headers = session.connected_headers();
        headers.extend(session.owed_reason());
        self.user_agent.answer(id, body, headers);
        session.media.begin_conversation();
        session.call.report(Report::Answered);
        self.steer(id);
    }

    /// The ACK of our 200: it holds the caller's answer when the offer was ours.
    pub(super) fn on_established(&mut self, id: SessionId, ack: Option<&Message>) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if session.media.is_agreed() {
            return;
        }
        let answer = ack.and_then(Message::session_description);
        let agreed = answer.map(|body| session.accept(body));
        if !matches!(agreed, Some(Ok(_))) {
            self.give_up(
                id,
                HangupCause::BEARER_UNAVAILABLE,
                "the ACK brought no usable answer to our offer",
            );
        }
    }

    /// The PRACK of a provisional response that held our offer: the caller's answer.
    pub(super) fn on_early_answer(&mut self, id: SessionId, prack: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let answer = prack.session_description().unwrap_or_default();
        if let Err(error) = session.accept(answer) {
            let text = format!("the answer in a PRACK cannot be used: {error}");
            self.give_up(id, HangupCause::BEARER_UNAVAILABLE, &text);
        }
    }

    /// The peer changes the session: hold, resume, another address or codec.
    pub(super) fn on_reinvite(&mut self, id: SessionId, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let answer = match message.session_description() {
            Some(offer) => session.answer(offer, Turn::Later),
            None => Ok(session.media.offer_anew()),
        };
        let answer = answer.map_err(|error| refused_change(session, "re-INVITE", &error));
        self.user_agent.answer_reinvite(id, answer);
    }

    /// The peer changes the session by UPDATE or PRACK.
    pub(super) fn on_update(&mut self, id: SessionId, message: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let offer = message.session_description().unwrap_or_default();
        let answer = session.answer(offer, Turn::Later);
        let answer = answer.map_err(|error| refused_change(session, "UPDATE or PRACK", &error));
        self.user_agent.answer_update(id, answer);
    }

    /// The ACK of a re-INVITE that we accepted: it holds the peer's answer when the offer was ours.
    pub(super) fn on_reinvite_confirmed(&mut self, id: SessionId, ack: &Message) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if let Some(answer) = ack.session_description()
            && let Err(error) = session.accept(answer)
        {
            session.call.warn(&format!("the answer in an ACK cannot be used: {error}"));
        }
    }
}

/// Who calls: what the configuration says of the endpoint, else what the INVITE says.
fn caller_of(invite: &Message, endpoint: &SipEndpoint) -> CallerId {
    let said = parties::far_end(invite, endpoint);
    let said_so = said.presentation();
    let presentation = if said_so.is_allowed() { endpoint.presentation } else { said_so };
    endpoint.caller.clone().unwrap_or(said).with_presentation(presentation)
}

/// Our answer to the offer in an INVITE, or the promise of an offer where it has none.
fn first_answer(
    media: &mut SessionMedia,
    invite: &Message,
) -> Result<(Stage, Option<Agreement>), NegotiationError> {
    // The user agent has refused bodies that nobody understands.
    let Some(offer) = invite.session_description() else {
        let reliable = media.endpoint().options.is_reliable(invite);
        return Ok((Stage::OfferOwed { reliable }, None));
    };
    let (answer, agreement) = media.answer(offer, None, Turn::First)?;
    let offer = Bytes::copy_from_slice(offer);
    Ok((Stage::AnswerReady(FirstAnswer { offer, answer, told: false }), Some(agreement)))
}

/// Tells of a change that the peer wants and that cannot be; the status that refuses it.
fn refused_change(session: &Session, request: &str, error: &NegotiationError) -> u16 {
    session.call.warn(&format!("{request} is refused: {error}"));
    error.status()
}

/// Refuses an offer, with a Warning that says why (RFC 3261 §20.43).
fn refusal(error: &NegotiationError) -> Reply {
    let text = error.to_string().replace(['"', '\\'], "'");
    let warning = format!("{} ipbx \"{text}\"", error.warning_code());
    Reply::status(error.status()).header("Warning", warning)
}
