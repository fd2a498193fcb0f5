//! The task that owns all SIP sessions.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use foldhash::fast::RandomState;
use sip_parser::Message;
use sip_ua::digest::Verifier;
use sip_ua::guard::SharedGuard;
use sip_ua::location::Locator;
use sip_ua::user_agent::{EndReason, SessionEvent, SessionId, UaEvent};
use sip_ua::{UaEvents, UserAgentHandle};
use tokio::sync::{Semaphore, mpsc};
use tracing::debug;

use super::causes;
use super::directory::Directory;
use super::driver::Command;
use super::endpoint::SipEndpoint;
use super::media_names::WaitingEvents;
use super::session::{Session, Stage};
use super::steering::Method;
use super::unidentified::Unidentified;
use super::verification::WAITING_FOR_VERDICT;
use crate::call::Call;
use crate::cause::HangupCause;
use crate::switchboard::Switchboard;
use crate::technology::Report;

/// Owns every session; hears the user agent and the channels.
pub(super) struct Worker {
    pub(super) user_agent: UserAgentHandle,
    pub(super) switchboard: Switchboard,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) commands: mpsc::UnboundedSender<Command>,
    pub(super) calls: mpsc::Sender<Call>,
    pub(super) sessions: HashMap<SessionId, Session, RandomState>,
    pub(super) verifier: Verifier,
    pub(super) guard: Option<SharedGuard>,
    pub(super) unidentified: Unidentified,
    /// Max-Forwards of requests that we send of our own accord.
    pub(super) max_forwards: Arc<AtomicU8>,
    /// Who finds the hosts that session descriptions name.
    pub(super) locator: Arc<Locator>,
    /// Sessions that wait for such a name.
    pub(super) waiting: HashMap<SessionId, WaitingEvents, RandomState>,
    /// Room for INVITEs that wait for what is thought of their callers, or for names.
    pub(super) verdicts: Arc<Semaphore>,
}

impl Worker {
    pub(super) fn new(
        user_agent: UserAgentHandle,
        switchboard: Switchboard,
        directory: Arc<dyn Directory>,
        commands: mpsc::UnboundedSender<Command>,
        calls: mpsc::Sender<Call>,
        max_forwards: Arc<AtomicU8>,
        locator: Arc<Locator>,
    ) -> Self {
        let verifier = Verifier::new();
        let (sessions, guard) = (HashMap::default(), directory.guard());
        let unidentified = Unidentified::default();
        Self {
            user_agent,
            switchboard,
            directory,
            commands,
            calls,
            sessions,
            verifier,
            guard,
            unidentified,
            max_forwards,
            locator,
            waiting: HashMap::default(),
            verdicts: Arc::new(Semaphore::new(WAITING_FOR_VERDICT)),
        }
    }

    /// Runs until the user agent ends.
    pub(super) async fn run(mut self, mut events: UaEvents, mut commands: mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                // What follows from one event is done before the next: a channel that is told of a hold, for example, wants
                // its media elsewhere.
                biased;
                Some(command) = commands.recv() => self.on_command(command),
                event = events.recv() => match event {
                    Some(event) => self.on_event(event),
                    None => break,
                },
            }
        }
        for (_, session) in self.sessions.drain() {
            session.call.report(Report::Ended(HangupCause::OUT_OF_ORDER));
        }
    }

    fn on_event(&mut self, event: UaEvent) {
        match event {
            UaEvent::Request { id, message, flow } => self.on_request(id, message, flow, None),
            UaEvent::Replacing { id, message, flow, session } => {
                self.on_request(id, message, flow, Some(session));
            }
            UaEvent::Session(id, event) => self.on_session(id, event),
            UaEvent::Subscription(id, event) => self.directory.subscription(id, event),
            UaEvent::Disconnected { flow } => self.directory.disconnected(&flow),
            UaEvent::Malformed { flow, problem, .. } => {
                debug!(%flow, %problem, "not a SIP message");
                self.tell_malformed(flow, problem);
            }
            _ => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Ring(id) => self.send_ringing(id),
            Command::Progress(id) => self.send_progress(id),
            Command::Answer(id) => self.send_answer(id),
            Command::Suit(id, codecs) => self.suit(id, codecs),
            Command::Streams(id, streams) => self.match_streams(id, streams),
            Command::Connected(id) => self.tell_connected(id),
            Command::Route(id, route) => self.route_media(id, route),
            Command::PassHold(id, held) => self.pass_hold(id, held),
            Command::Charges(id, advice) => self.tell_charges(id, advice),
            Command::Digit(id, digit, duration_ms) => self.send_digit(id, digit, duration_ms),
            Command::Change(id, change) => self.change(id, change),
            Command::Text(id, text) => self.send_text(id, text),
            Command::Notify(id, notification) => self.notify_in_call(id, notification),
            Command::Refuse(id, status) => self.refuse(id, status),
            Command::Transfer(id, to) => self.transfer(id, &to),
            Command::Hangup(id, cause) => self.hang_up(id, cause),
            Command::Judged(judged) => {
                let (invite, verdict) = *judged;
                self.on_verdict(invite, verdict);
            }
            Command::Named(id, addresses) => self.on_named(id, &addresses),
            Command::Admit(admitted) => {
                let (invite, verdict) = *admitted;
                self.admit(invite, verdict);
            }
            Command::Stop => self.user_agent.shutdown(),
            Command::Start(id, start) => {
                let (session, invite) = *start;
                if self.is_at_limit(session.media.endpoint()) {
                    return session.call.report(Report::Ended(HangupCause::USER_BUSY));
                }
                self.sessions.insert(id, session);
                self.user_agent.invite(id, invite);
            }
        }
    }

    /// Whether an endpoint has as many calls as it may have.
    pub(super) fn is_at_limit(&self, endpoint: &SipEndpoint) -> bool {
        let own = |session: &&Session| session.media.endpoint().name == endpoint.name;
        endpoint.call_limit.is_some_and(|limit| self.sessions.values().filter(own).count() >= limit)
    }

    /// Tells a phone in a call with whom it is connected now. Before the answer, the answer says it, unless it rings and the
    /// phone is to know at once.
    fn tell_connected(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let (headers, endpoint) = (session.connected_headers(), session.media.endpoint());
        if headers.is_empty() {
            return;
        }
        match session.stage {
            Stage::Established if endpoint.connected_by_invite => self.tell_connected_by_invite(id),
            Stage::Established => self.user_agent.update(id, None, headers),
            Stage::AnswerReady(_) | Stage::OfferOwed { .. } | Stage::EarlyOffer
                if endpoint.connected_while_ringing && session.rings && !endpoint.inband_progress =>
            {
                let body = session.early_offer();
                self.user_agent.progress(id, 180, body, headers);
            }
            _ => {}
        }
    }

    /// The same to a phone that takes no UPDATE.
    fn tell_connected_by_invite(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else { return };
        let headers = session.connected_headers();
        self.owe_offer(id, headers);
    }

    /// A channel ends its session. The channel has reported its end already.
    fn hang_up(&mut self, id: SessionId, cause: HangupCause) {
        let Some(session) = self.sessions.remove(&id) else { return };
        let told = causes::reason_of(cause, session.media.endpoint().suppress_q850);
        let reason = told.map(|told| ("Reason".to_owned(), told)).into_iter().collect();
        match session.stage {
            Stage::AnswerReady(_) | Stage::OfferOwed { .. } | Stage::EarlyOffer => {
                self.user_agent.reject(id, causes::to_status(cause), None, reason);
            }
            Stage::Offered | Stage::Established => self.user_agent.hangup(id, reason),
        }
    }

    /// Deals with what happened in a session.
    pub(super) fn hear(&mut self, id: SessionId, event: SessionEvent) {
        let is_up = matches!(event, SessionEvent::Answered { .. } | SessionEvent::Established { .. });
        if let Some(session) = self.sessions.get(&id).filter(|_| is_up) {
            self.call_is_up(session.flow.remote.ip());
        }
        match event {
            SessionEvent::Provisional { status, message } => self.on_provisional(id, status, &message),
            SessionEvent::Answered { message } => {
                self.on_answered(id, &message);
                self.tell_waiting_charges(id);
            }
            SessionEvent::Established { ack } => self.on_established(id, ack.as_deref()),
            SessionEvent::Reinvite { message } => self.on_reinvite(id, &message),
            SessionEvent::ReinviteConfirmed { ack } => self.on_reinvite_confirmed(id, &ack),
            SessionEvent::ReinviteAnswered { message } => {
                self.on_offer_answered(id, Method::Invite, &message);
            }
            SessionEvent::ReinviteFailed { status } => self.on_offer_failed(id, Method::Invite, status),
            SessionEvent::OfferCrossed { message } => self.on_offer_crossed(id, &message),
            SessionEvent::Update { message } => self.on_update(id, &message),
            SessionEvent::UpdateAnswered { message, offered: true } => {
                self.on_offer_answered(id, Method::Update, &message);
            }
            SessionEvent::UpdateFailed { status, offered: true } => {
                self.on_offer_failed(id, Method::Update, status);
            }
            SessionEvent::ProvisionalAcknowledged { message } => self.on_early_answer(id, &message),
            SessionEvent::RefreshWanted => self.owe_offer(id, Vec::new()),
            SessionEvent::Refreshed { message } => {
                if let Some(session) = self.sessions.get(&id) {
                    session.hear_party(&message);
                }
            }
            SessionEvent::UpdateFailed { status: 405, .. } => self.tell_connected_by_invite(id),
            SessionEvent::Refer { id: refer, message, replaces } => {
                self.on_refer(id, refer, &message, replaces)
            }
            SessionEvent::ReferProgress { status, last } => self.on_refer_progress(id, status, last),
            SessionEvent::ReferFailed { status } => self.on_refer_progress(id, status, true),
            SessionEvent::Info { message } => self.on_info(id, &message),
            SessionEvent::Message { message } => self.on_text_in_call(id, &message),
            SessionEvent::Failed { status, message } => self.on_failed(id, status, message.as_ref()),
            SessionEvent::Cancelled { cancel } => {
                self.end(id, causes::from_reason(&cancel).unwrap_or(HangupCause::NORMAL));
            }
            SessionEvent::Ended { message, reason } => {
                if let (Some(session), Some(bye)) = (self.sessions.get(&id), &message) {
                    session.hear_charges(bye);
                }
                self.end(id, end_cause(message.as_deref(), reason));
            }
            _ => {}
        }
    }

    /// The session is over at the user agent; tell its channel.
    pub(super) fn end(&mut self, id: SessionId, cause: HangupCause) {
        if let Some(session) = self.sessions.remove(&id) {
            session.call.report(Report::Ended(cause));
        }
    }

    /// Ends a session that cannot go on, and its channel with it.
    pub(super) fn give_up(&mut self, id: SessionId, cause: HangupCause, why: &str) {
        if let Some(session) = self.sessions.get(&id) {
            session.call.warn(why);
            let call = session.call.clone();
            self.hang_up(id, cause);
            call.report(Report::Ended(cause));
        }
    }
}

/// The cause that an ended session stands for: what the peer's Reason header says (RFC 3326), else what happened.
fn end_cause(message: Option<&Message>, reason: EndReason) -> HangupCause {
    let said = message.and_then(causes::from_reason);
    said.unwrap_or(match reason {
        EndReason::Lost | EndReason::NoAck | EndReason::TimerExpired => HangupCause::NO_RESPONSE,
        EndReason::Refused => HangupCause::CONGESTION,
        _ => HangupCause::NORMAL,
    })
}
