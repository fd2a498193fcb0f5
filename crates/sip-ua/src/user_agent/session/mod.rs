//! One call: an INVITE usage from its first INVITE to its last BYE, as a state machine.
//!
//! ```text
//!   invite --> Outbound --2xx----+                       +--BYE of the peer------> Over
//!                |   |           v                       |
//!                |   |       Confirmed --our BYE--> Closing --its answer---------> Over
//!                |   |           ^                       ^
//!   accept --> Inbound --answer--+                       |
//!                |   +--2xx after our CANCEL: ACK, BYE --+
//!                +--final response, CANCEL, BYE----------------------------------> Over
//! ```
//!
//! Each stage is a type of its own. Its handlers take it by value and give back the next stage, so
//! nothing of an earlier stage can be read later.

mod acknowledged;
mod acknowledging;
mod closing;
mod confirmed;
mod forks;
mod inbound;
mod indialog;
mod left_behind;
mod outbound;
mod prack;
mod refer;
mod reinvite_in;
mod reinvite_out;
mod reliable;
mod scope;
mod telling;
mod timer;
mod updates;

use std::sync::Arc;
use std::time::Instant;

use sip_parser::Message;

pub(super) use acknowledging::Acks;
pub(super) use closing::Closing;
pub(super) use confirmed::Confirmed;
pub(super) use forks::Forks;
pub(super) use inbound::Inbound;
pub(super) use left_behind::LeftBehind;
pub(super) use outbound::Outbound;
pub(super) use scope::Scope;
pub(super) use telling::Telling;
pub(super) use timer::screen as screen_timer;
pub(super) use updates::answer as answer_update;

use self::reliable::Reliable;
use self::timer::{Due, SessionTimer};
use self::updates::TheirOffer;

use super::command::Body;
use super::common::Common;
use super::compose::Headers;
use super::event::RequestFailure;
use super::id::SessionId;
use super::options::SessionOptions;
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ReplyRoute, ServerTransactionId};
use crate::transport::Flow;

/// A call.
pub(super) struct Session {
    pub(super) base: Base,
    stage: Stage,
    /// Whether the user agent counts it among those that are over.
    pub(super) lingers: bool,
}

/// What a session has in every stage. One that is over is kept for another 32 seconds, so that what few calls need stands in
/// boxes.
pub(super) struct Base {
    pub(super) id: SessionId,
    /// Where our requests go.
    pub(super) flow: Flow,
    /// Our tag, by which requests of the peer find the session.
    pub(super) tag: String,
    /// The ACKs that we sent, for when a 2xx comes again.
    pub(super) acks: Acks,
    /// The other branches of our INVITE, while answers of theirs may still come.
    pub(super) forks: Option<Forks>,
    pub(super) options: SessionOptions,
    pub(super) timer: SessionTimer,
    /// The reliable responses that we sent to the INVITE of the peer.
    pub(super) reliable: Option<Box<Reliable>>,
    /// What the peer offers without an INVITE.
    their_offer: Option<Box<TheirOffer>>,
    /// INVITEs to servers that said nothing, before the call went on to another one.
    pub(super) left_behind: Vec<LeftBehind>,
    /// What our BYE, or the response to the peer's, has to say.
    farewell: Option<Box<Body>>,
}

/// Where the call stands.
pub(super) enum Stage {
    /// We called; no final response yet.
    Outbound(Box<Outbound>),
    /// We are called; no final response yet.
    Inbound(Box<Inbound>),
    /// Answered with a 2xx.
    Confirmed(Box<Confirmed>),
    /// We sent BYE.
    Closing(Box<Closing>),
    /// The peer has sent BYE, and is told yet what becomes of its REFER. The application has heard the end.
    Telling(Telling),
    /// The application has heard the end.
    Over,
}

impl Session {
    /// A session that [`with`](Session::with) will give its first stage.
    pub(super) fn new(id: SessionId, flow: Flow, tag: String, options: SessionOptions) -> Session {
        let base = Base {
            id,
            flow,
            tag,
            acks: Acks::default(),
            forks: None,
            options,
            timer: SessionTimer::new(options.timer),
            reliable: None,
            their_offer: None,
            left_behind: Vec::new(),
            farewell: None,
        };
        Session { base, stage: Stage::Over, lingers: false }
    }

    /// Whether a Replaces header means this call, and whether that has been answered.
    pub(super) fn replaced_by(&self, call_id: &str, remote_tag: &str) -> Option<bool> {
        let answered = matches!(self.stage, Stage::Confirmed(_));
        self.stage.is_named(call_id, remote_tag).then_some(answered)
    }

    /// Hands the stage to `step`, and keeps the one that it gives back.
    pub(super) fn with(
        &mut self,
        now: Instant,
        common: &mut Common,
        step: impl FnOnce(Stage, &mut Scope<'_>) -> Stage,
    ) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let mut scope = Scope { now, common, base: &mut self.base };
        self.stage = step(stage, &mut scope);
    }

    /// Whether the application has heard the end.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// Whether nothing can come any more that this session must answer.
    pub(super) fn is_gone(&self) -> bool {
        self.is_over() && self.base.forks.is_none() && self.base.left_behind.is_empty()
    }

    /// When [`handle_timeout`](Session::handle_timeout) is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Inbound(inbound) => {
                let reliable = self.base.reliable.as_deref().and_then(Reliable::deadline);
                [inbound.deadline(), reliable].into_iter().flatten().min()
            }
            Stage::Confirmed(confirmed) => {
                [confirmed.deadline(), self.base.timer.deadline()].into_iter().flatten().min()
            }
            Stage::Outbound(outbound) => outbound.deadline(),
            Stage::Telling(telling) => telling.deadline(),
            Stage::Closing(_) | Stage::Over => None,
        };
        let forks = self.base.forks.as_ref().map(Forks::until);
        [stage, forks].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant, common: &mut Common) {
        self.base.forks.take_if(|forks| forks.until() <= now);
        self.with(now, common, |stage, scope| match stage {
            Stage::Outbound(outbound) => outbound.handle_timeout(scope),
            Stage::Inbound(inbound) => inbound.handle_timeout(scope),
            Stage::Confirmed(confirmed) => confirmed.handle_timeout(scope),
            Stage::Telling(telling) => telling.handle_timeout(scope),
            other => other,
        });
    }

    /// A response to a request that this session sent.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ClientTransactionId,
        response: Arc<Message>,
    ) {
        self.with(now, common, |stage, scope| match stage {
            stage if scope.base.has_left_behind(id) => {
                left_behind::handle_response(scope, id, &response);
                stage
            }
            Stage::Outbound(outbound) if outbound.sent(id) => outbound.handle_response(scope, response),
            Stage::Confirmed(confirmed) => confirmed.handle_response(scope, id, response),
            Stage::Closing(closing) => closing.handle_response(scope, id, response),
            Stage::Telling(telling) => telling.handle_response(scope, id, response),
            other => {
                handle_unwanted(&other, scope, id, &response);
                other
            }
        });
    }

    /// A request that this session sent has no answer.
    pub(super) fn handle_failure(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ClientTransactionId,
        failure: RequestFailure,
    ) {
        self.base.forget_left_behind(id);
        self.with(now, common, |stage, scope| match stage {
            Stage::Outbound(outbound) if outbound.sent(id) => outbound.handle_failure(scope, failure),
            Stage::Confirmed(confirmed) => confirmed.handle_failure(scope, id, failure),
            Stage::Closing(closing) => closing.handle_failure(scope, id),
            Stage::Telling(telling) => telling.handle_failure(id),
            other => other,
        });
    }

    /// A 2xx to an INVITE of ours that no longer waits for one: it came again, or another branch of a
    /// forked call answered too.
    pub(super) fn handle_stray_answer(&mut self, now: Instant, common: &mut Common, response: &Message) {
        self.with(now, common, |stage, scope| {
            handle_late_answer(&stage, scope, response);
            stage
        });
    }

    /// A request of the peer with our tag: neither ACK nor CANCEL. `replaces` is the call of ours that a REFER wants
    /// replaced.
    pub(super) fn handle_request(
        &mut self,
        now: Instant,
        common: &mut Common,
        id: ServerTransactionId,
        request: Arc<Message>,
        flow: Flow,
        replaces: Option<SessionId>,
    ) {
        if self.base.options.reply_route == ReplyRoute::Via {
            common.layer.route_reply(id, ReplyRoute::Via);
        }
        self.with(now, common, |mut stage, scope| {
            let refusal = match stage.dialog_of(&request) {
                None => Some(481),
                Some(dialog) => dialog.receive(&request).err().map(|error| error.status()),
            };
            if let Some(status) = refusal {
                scope.reply(id, &request, status);
                return stage;
            }
            scope.base.follow(&flow);
            match stage {
                Stage::Confirmed(confirmed) => confirmed.handle_request(scope, id, request, flow, replaces),
                Stage::Inbound(inbound) => inbound.handle_request(scope, id, request),
                Stage::Outbound(outbound) => outbound.handle_request(scope, id, request),
                Stage::Closing(closing) => closing.handle_request(scope, id, request),
                Stage::Telling(telling) => telling.handle_request(scope, id, &request),
                Stage::Over => {
                    scope.reply(id, &request, 481);
                    Stage::Over
                }
            }
        });
    }

    /// An ACK with our tag.
    pub(super) fn handle_ack(&mut self, now: Instant, common: &mut Common, ack: Arc<Message>) {
        self.with(now, common, |stage, scope| match stage {
            Stage::Confirmed(confirmed) if confirmed.dialog().is_of(&ack) => confirmed.handle_ack(scope, ack),
            other => other,
        });
    }

    /// The peer takes back its INVITE, or its re-INVITE.
    pub(super) fn handle_cancel(
        &mut self,
        now: Instant,
        common: &mut Common,
        invite: ServerTransactionId,
        cancel: Arc<Message>,
    ) {
        self.with(now, common, |stage, scope| match stage {
            Stage::Inbound(inbound) => inbound.handle_cancel(scope, cancel),
            Stage::Confirmed(confirmed) => confirmed.handle_cancel(scope, invite),
            other => other,
        });
    }

    /// The application ends the call.
    /// Keeps what the end of the call has to say.
    pub(super) fn say_at_the_end(&mut self, body: Body) {
        self.base.farewell = Some(Box::new(body));
    }

    pub(super) fn hangup(&mut self, now: Instant, common: &mut Common, headers: Headers) {
        self.with(now, common, |stage, scope| match stage {
            Stage::Outbound(outbound) => outbound.hangup(scope, headers),
            Stage::Inbound(inbound) => inbound.reject(scope, 603, None, &headers),
            Stage::Confirmed(confirmed) => confirmed.hangup(scope, headers),
            done @ (Stage::Closing(_) | Stage::Telling(_) | Stage::Over) => done,
        });
    }
}

impl Stage {
    /// The dialog that a request of the peer belongs to.
    fn dialog_of(&mut self, request: &Message) -> Option<&mut Dialog> {
        match self {
            Stage::Outbound(outbound) => {
                outbound.early_dialogs().iter_mut().find(|dialog| dialog.is_of(request))
            }
            Stage::Inbound(inbound) => Some(inbound.dialog_mut()).filter(|dialog| dialog.is_of(request)),
            Stage::Confirmed(confirmed) => {
                Some(confirmed.dialog_mut()).filter(|dialog| dialog.is_of(request))
            }
            Stage::Closing(closing) => Some(closing.dialog_mut()).filter(|dialog| dialog.is_of(request)),
            Stage::Telling(telling) => Some(telling.dialog_mut()).filter(|dialog| dialog.is_of(request)),
            Stage::Over => None,
        }
    }

    /// Whether a Replaces header with this Call-ID and remote tag means this call (RFC 3891 section 3).
    fn is_named(&self, call_id: &str, remote_tag: &str) -> bool {
        let is = |dialog: &Dialog| dialog.id().call_id == call_id && dialog.id().remote_tag == remote_tag;
        match self {
            Stage::Outbound(outbound) => outbound.has_early_dialog(is),
            Stage::Confirmed(confirmed) => is(confirmed.dialog()),
            // A caller cannot be replaced before we have answered; who leaves is gone.
            Stage::Inbound(_) | Stage::Closing(_) | Stage::Telling(_) | Stage::Over => false,
        }
    }

    fn dialog(&self) -> Option<&Dialog> {
        match self {
            Stage::Confirmed(confirmed) => Some(confirmed.dialog()),
            Stage::Closing(closing) => Some(closing.dialog()),
            Stage::Outbound(_) | Stage::Inbound(_) | Stage::Telling(_) | Stage::Over => None,
        }
    }
}

impl Base {
    /// A peer on a connection that speaks to us over a new one has lost the old one.
    fn follow(&mut self, flow: &Flow) {
        if flow.is_reliable() {
            self.flow = *flow;
        }
    }
}

/// A response to an INVITE that this session has given up. While none had come, nothing could be taken
/// back (RFC 3261 section 9.1); now it can.
fn handle_unwanted(stage: &Stage, scope: &mut Scope<'_>, id: ClientTransactionId, response: &Message) {
    match response.status().unwrap_or_default() {
        100..=199 => scope.take_back(id),
        _ => handle_late_answer(stage, scope, response),
    }
}

/// A 2xx that comes when its INVITE has been dealt with. Each must be acknowledged (RFC 3261 section
/// 13.2.2.4): with the ACK that it had before, or with one and a BYE if it is another branch's.
fn handle_late_answer(stage: &Stage, scope: &mut Scope<'_>, response: &Message) {
    if !scope.is_invite_answer(response) || scope.acknowledge_again(response) {
        return;
    }
    match stage.dialog() {
        Some(dialog) if dialog.is_of_answer(response) => {
            if matches!(stage, Stage::Closing(_)) {
                let dialog = dialog.clone();
                scope.acknowledge_plainly(&dialog, response);
            }
        }
        _ => forks::release(scope, response),
    }
}
