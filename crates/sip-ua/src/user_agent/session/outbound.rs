//! A call that we make, until its final response (RFC 3261 sections 13.2 and 9.1), at one server after
//! another (RFC 3263 section 4.3).

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{Message, Method};

use super::confirmed::Origin;
use super::prack::{self, Turn};
use super::{Closing, Confirmed, Forks, LeftBehind, Scope, Stage, indialog};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId};
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::OutboundInvite;
use crate::user_agent::compose::{Content, Headers, Opening, OwnHeaders, request_uri};
use crate::user_agent::event::{EndReason, RequestFailure, SessionEvent};

/// Early dialogs that a forked call may have; branches beyond it ring without one.
const EARLY_LIMIT: usize = 16;

/// Our INVITE, and what came back so far.
///
/// ```text
///   Calling --1xx--> Proceeding     either --2xx--> Confirmed (ACK)
///      |                 |          either --401, 407, once per realm--> Calling again
///   hangup            hangup        either --503--> Calling at the next server, if there is one
///      v                 v          either --other final, silence--> Over
///   hangup waits --1xx--> CANCEL sent --487, silence--> Over
///                                     --2xx--> Closing (ACK, BYE)
/// ```
pub(in crate::user_agent) struct Outbound {
    invite: OutboundInvite,
    call_id: String,
    cseq: u32,
    /// The latest INVITE: with a challenge answered there are several.
    message: Arc<Message>,
    transaction: ClientTransactionId,
    proceeding: bool,
    /// A phone rings there, or so we were told.
    rings: bool,
    /// When the next server is asked if this one says nothing.
    impatient_at: Option<Instant>,
    hangup: Hangup,
    authenticator: Authenticator,
    early: Vec<Dialog>,
    /// The reliable provisional responses that came.
    reliable: prack::Numbers,
}

/// Whether the application has given up.
enum Hangup {
    No,
    /// It has, but a CANCEL must wait for a provisional response.
    Waits(Headers),
    /// The CANCEL is out. The headers are for a BYE, should a 2xx have crossed it.
    CancelSent(Headers),
}

impl Outbound {
    /// Sends the INVITE.
    pub(in crate::user_agent) fn start(scope: &mut Scope<'_>, invite: OutboundInvite) -> Stage {
        let call_id = scope.common.tokens.call_id();
        let mut authenticator =
            Authenticator::new(invite.credentials.clone()).agreeing(invite.security.as_ref());
        let Some((message, transaction)) = send_invite(scope, &invite, &call_id, 1, &mut authenticator)
        else {
            scope.emit(SessionEvent::Failed { status: 500, message: None });
            return Stage::Over;
        };
        let impatient_at = impatient_at(scope, &invite);
        Stage::Outbound(Box::new(Outbound {
            invite,
            call_id,
            cseq: 1,
            message,
            transaction,
            proceeding: false,
            rings: false,
            impatient_at,
            hangup: Hangup::No,
            authenticator,
            early: Vec::new(),
            reliable: prack::Numbers::default(),
        }))
    }

    /// Whether `id` is our latest INVITE.
    pub(super) fn sent(&self, id: ClientTransactionId) -> bool {
        self.transaction == id
    }

    pub(super) fn has_early_dialog(&self, is: impl Fn(&Dialog) -> bool) -> bool {
        self.early.iter().any(is)
    }

    /// A request of the callee before its answer.
    pub(super) fn handle_request(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: Arc<Message>,
    ) -> Stage {
        let dialog = self.early.iter_mut().find(|dialog| dialog.is_of(&request));
        let dialog = dialog.map(|dialog| (dialog, self.invite.contact.as_str()));
        indialog::answer_early(scope, dialog, id, request);
        Stage::Outbound(self)
    }

    pub(super) fn early_dialogs(&mut self) -> &mut [Dialog] {
        &mut self.early
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.impatient_at
    }

    /// The server has said nothing, and there is another one.
    pub(super) fn handle_timeout(mut self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        if self.impatient_at.take_if(|at| *at <= scope.now).is_none() {
            return Stage::Outbound(self);
        }
        scope.common.note_failure(scope.now, &scope.base.flow);
        scope.common.layer.abandon(self.transaction);
        let left = LeftBehind::new(self.transaction, self.message.clone(), scope.base.flow);
        scope.base.left_behind.push(left);
        self.ask_next_server(scope)
    }

    pub(super) fn handle_response(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        response: Arc<Message>,
    ) -> Stage {
        self.impatient_at = None;
        scope.common.avoided.note_response(scope.now, &scope.base.flow, &response);
        match response.status().unwrap_or_default() {
            status @ 100..=199 => self.provisional(scope, status, response),
            200..=299 => self.answered(scope, response),
            401 | 407 | 494
                if matches!(self.hangup, Hangup::No) && self.authenticator.challenged(&response) =>
            {
                self.ask_again(scope, response)
            }
            422 if matches!(self.hangup, Hangup::No) && scope.base.timer.is_too_short(&response) => {
                self.ask_again(scope, response)
            }
            503 if self.has_next_server() => self.ask_next_server(scope),
            _ => self.failed(scope, Some(response)),
        }
    }

    fn provisional(mut self: Box<Self>, scope: &mut Scope<'_>, status: u16, response: Arc<Message>) -> Stage {
        self.proceeding = true;
        match std::mem::replace(&mut self.hangup, Hangup::No) {
            Hangup::Waits(headers) => return self.cancel(scope, headers),
            Hangup::No if status > 100 => {
                self.rings = true;
                self.note_early_dialog(&response);
                if self.acknowledge_provisional(scope, &response) {
                    scope.emit(SessionEvent::Provisional { status, message: response });
                }
            }
            Hangup::No => {}
            sent @ Hangup::CancelSent(_) => self.hangup = sent,
        }
        Stage::Outbound(self)
    }

    /// Sends PRACK where that is owed; `false` for a response that is none: repeated, or out of its turn.
    fn acknowledge_provisional(&mut self, scope: &mut Scope<'_>, response: &Message) -> bool {
        match self.reliable.take(response) {
            Turn::Plain => return true,
            Turn::Ignore => return false,
            Turn::Next(rseq) => {
                if let Some(dialog) = self.early.iter_mut().find(|dialog| dialog.is_of_answer(response)) {
                    prack::send(scope, dialog, &self.message, rseq, &mut self.authenticator);
                }
            }
        }
        true
    }

    fn note_early_dialog(&mut self, response: &Message) {
        let tagged = response.to_tag().is_some();
        let known = self.early.iter().any(|dialog| dialog.is_of_answer(response));
        if tagged && !known && self.early.len() < EARLY_LIMIT {
            self.early.extend(Dialog::from_response(&self.message, response));
        }
    }

    fn answered(mut self: Box<Self>, scope: &mut Scope<'_>, response: Arc<Message>) -> Stage {
        let Some(dialog) = self.dialog_of_answer(&response) else {
            return self.failed(scope, Some(response));
        };
        scope.base.timer.settle_as_caller(scope.now, &response);
        let credentials = self.authenticator.fresh();
        let hangup = std::mem::replace(&mut self.hangup, Hangup::No);
        let answer_owed = self.invite.body.is_none() && matches!(hangup, Hangup::No);
        let ack = match answer_owed {
            true => None,
            false => scope.acknowledge(&dialog, &self.message, None),
        };
        let request = ack.unwrap_or_else(|| self.message.as_bytes().clone());
        scope.base.forks = Some(Forks::new(request, scope.now + scope.give_up()));
        match hangup {
            Hangup::No => {
                let owed = answer_owed.then_some(self.message);
                scope.emit(SessionEvent::Answered { message: response });
                Confirmed::enter(dialog, self.invite.contact, credentials, Origin::Outbound { owed })
            }
            Hangup::Waits(headers) | Hangup::CancelSent(headers) => {
                Closing::enter(scope, dialog, &credentials, headers, EndReason::HungUp, None)
            }
        }
    }

    /// The dialog of the winning branch: its early one, if it had one.
    fn dialog_of_answer(&mut self, response: &Message) -> Option<Dialog> {
        match self.early.iter().position(|dialog| dialog.is_of_answer(response)) {
            Some(index) => {
                let mut dialog = self.early.swap_remove(index);
                dialog.confirm_with(response);
                Some(dialog)
            }
            None => Dialog::from_response(&self.message, response).ok(),
        }
    }

    /// Sends the INVITE again, this time with credentials.
    fn ask_again(mut self: Box<Self>, scope: &mut Scope<'_>, refusal: Arc<Message>) -> Stage {
        self.cseq += 1;
        self.send(scope, Some(refusal))
    }

    /// Whether the call may go to another server.
    fn has_next_server(&self) -> bool {
        matches!(self.hangup, Hangup::No) && !self.invite.alternatives.is_empty()
    }

    /// Sends the same INVITE to the next server, with another branch. A phone that gets both sees by the
    /// CSeq that they are one; credentials wait for a challenge of this server.
    fn ask_next_server(mut self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        let next = self.invite.alternatives.remove(0);
        self.invite.flow = next.flow;
        if let Some(contact) = next.contact {
            self.invite.contact = contact;
        }
        scope.base.flow = next.flow;
        self.authenticator = self.authenticator.fresh();
        self.send(scope, None)
    }

    /// Sends the INVITE as it stands now. If it cannot be written, `reason` is what the call failed for.
    fn send(mut self: Box<Self>, scope: &mut Scope<'_>, reason: Option<Arc<Message>>) -> Stage {
        let next = send_invite(scope, &self.invite, &self.call_id, self.cseq, &mut self.authenticator);
        let Some((message, transaction)) = next else { return self.failed(scope, reason) };
        (self.message, self.transaction) = (message, transaction);
        self.proceeding = false;
        self.rings = false;
        self.impatient_at = impatient_at(scope, &self.invite);
        self.early.clear();
        self.reliable = prack::Numbers::default();
        Stage::Outbound(self)
    }

    fn failed(self: Box<Self>, scope: &mut Scope<'_>, response: Option<Arc<Message>>) -> Stage {
        let status = match &self.hangup {
            // A 2xx that cannot be read is a failure of the peer's.
            Hangup::No => {
                let status = response.as_ref().and_then(|response| response.status());
                status.filter(|status| *status >= 300).unwrap_or(500)
            }
            Hangup::Waits(_) | Hangup::CancelSent(_) => 487,
        };
        scope.emit(SessionEvent::Failed { status, message: response });
        Stage::Over
    }

    pub(super) fn handle_failure(self: Box<Self>, scope: &mut Scope<'_>, failure: RequestFailure) -> Stage {
        scope.common.note_failure(scope.now, &scope.base.flow);
        if self.has_next_server() && !self.rings {
            return self.ask_next_server(scope);
        }
        let status = match (&self.hangup, failure) {
            (Hangup::Waits(_) | Hangup::CancelSent(_), _) => 487,
            (Hangup::No, RequestFailure::TimedOut) => 408,
            (Hangup::No, _) => 503,
        };
        scope.emit(SessionEvent::Failed { status, message: None });
        Stage::Over
    }

    pub(super) fn hangup(mut self: Box<Self>, scope: &mut Scope<'_>, headers: Headers) -> Stage {
        match self.hangup {
            Hangup::No if self.proceeding => self.cancel(scope, headers),
            Hangup::No => {
                self.hangup = Hangup::Waits(headers);
                self.impatient_at = None;
                Stage::Outbound(self)
            }
            Hangup::Waits(_) | Hangup::CancelSent(_) => Stage::Outbound(self),
        }
    }

    /// The transaction layer writes the CANCEL, and gives the INVITE up after 64 T1 without an end.
    fn cancel(mut self: Box<Self>, scope: &mut Scope<'_>, headers: Headers) -> Stage {
        let mut said = headers.clone();
        said.extend(scope.common.product());
        scope.common.layer.cancel(scope.now, self.transaction, &said);
        self.hangup = Hangup::CancelSent(headers);
        Stage::Outbound(self)
    }
}

/// When the next server is asked, if there is one.
fn impatient_at(scope: &Scope<'_>, invite: &OutboundInvite) -> Option<Instant> {
    invite.alternatives.first().map(|_| scope.now + scope.common.config.failover_after)
}

/// Writes an INVITE, and sends it; `None` when it cannot be written.
fn send_invite(
    scope: &mut Scope<'_>,
    invite: &OutboundInvite,
    call_id: &str,
    cseq: u32,
    authenticator: &mut Authenticator,
) -> Option<(Arc<Message>, ClientTransactionId)> {
    let body = invite.body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
    let tokens = &mut scope.common.tokens;
    let authorization = authenticator.headers(&Method::Invite, &request_uri(&invite.target), body, tokens);
    let opening = Opening {
        method: &Method::Invite,
        target: &invite.target,
        flow: &scope.base.flow,
        routes: &invite.route,
        from: &invite.from,
        tag: &scope.base.tag,
        to: &invite.to,
        call_id,
        cseq,
    };
    let required = invite.options.required().map(|tag| ("Require", tag.into()));
    let further: OwnHeaders = required.chain(scope.base.timer.request_headers(&Method::Invite)).collect();
    let content = Content {
        contact: Some(&invite.contact),
        authorization: &authorization,
        headers: &invite.headers,
        further: &further,
        body: invite.body.as_ref(),
        options: invite.options,
    };
    let written = scope.common.compose(&opening, &content)?;
    let message = written.invite()?.clone();
    Some((message, scope.send(written)))
}
