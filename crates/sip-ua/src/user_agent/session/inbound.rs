//! A call that we are asked to take, until our final response (RFC 3261 sections 13.3 and 9.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message, Method};

use super::acknowledged::AckWait;
use super::confirmed::Origin;
use super::reliable::{Acknowledged, Provisional, Reliable};
use super::updates::{self, Glare};
use super::{Confirmed, Scope, Stage, indialog, reinvite_in};
use crate::dialog::Dialog;
use crate::transaction::{ServerTransactionId, WrittenResponse};
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Headers, OwnHeaders, finish_reply, finish_reply_with};
use crate::user_agent::event::{EndReason, SessionEvent};

/// A ringing phone says so again before a proxy on the way believes it dead (section 13.3.1.1).
const REPEAT_PROVISIONAL: Duration = Duration::from_secs(60);

/// The peer's INVITE, and what we have said to it.
pub(in crate::user_agent) struct Inbound {
    transaction: ServerTransactionId,
    invite: Arc<Message>,
    dialog: Dialog,
    contact: String,
    /// The latest provisional response, and when to say it again.
    said: Option<(Provisional, Instant)>,
    /// Our 200, which waits for the PRACK of a provisional response.
    answer: Option<Provisional>,
    /// Whether the caller has answered, in a PRACK, the offer that a provisional response of ours held (RFC 3262 section 5).
    offer_answered: bool,
    /// Until when the INVITE is good, if it says so.
    expires: Option<Instant>,
    /// Headers of our 200, beside those that its answer brings.
    on_success: OwnHeaders,
}

impl Inbound {
    /// Takes the INVITE and answers 100 Trying.
    pub(in crate::user_agent) fn start(
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        invite: Arc<Message>,
        contact: String,
        on_success: OwnHeaders,
    ) -> Stage {
        let dialog = match Dialog::from_request(&invite, &scope.base.tag) {
            Ok(dialog) => dialog,
            Err(error) => {
                scope.reply(transaction, &invite, error.status());
                scope.emit(SessionEvent::Ended { message: None, reason: EndReason::Refused });
                return Stage::Over;
            }
        };
        if let Err(refusal) = scope.base.options.screen(&invite) {
            scope.refuse(transaction, &invite, &refusal);
            scope.emit(SessionEvent::Ended { message: None, reason: EndReason::Refused });
            return Stage::Over;
        }
        // A caller that measures the way gets its time back (RFC 3261 section 8.2.6.1).
        let timestamp = invite.raw(&HeaderName::Timestamp);
        let said: Vec<_> =
            timestamp.map(|time| ("Timestamp".to_owned(), time.to_owned())).into_iter().collect();
        let trying = scope.common.reply(&invite, 100, &scope.base.tag);
        if let Some(trying) = finish_reply(trying, &said, None) {
            scope.respond(transaction, &trying);
        }
        if scope.base.options.is_reliable(&invite) {
            let first = scope.common.tokens.number();
            scope.base.reliable = Some(Box::new(Reliable::new(&invite, first)));
        }
        let seconds = invite.expires().and_then(Result::ok);
        let expires = seconds.and_then(|s| scope.now.checked_add(Duration::from_secs(s.into())));
        Stage::Inbound(Box::new(Inbound {
            transaction,
            invite,
            dialog,
            contact,
            said: None,
            answer: None,
            offer_answered: false,
            expires,
            on_success,
        }))
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let repeat = self.said.as_ref().map(|(_, at)| *at);
        [repeat, self.expires].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(mut self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        if self.expires.is_some_and(|at| at <= scope.now) {
            return self.end(scope, 487, SessionEvent::Ended { message: None, reason: EndReason::Expired });
        }
        if !Reliable::handle_timeout(scope) {
            // The caller does not hear us (RFC 3262 section 3).
            return self.end(scope, 504, SessionEvent::Ended { message: None, reason: EndReason::NoAck });
        }
        if let Some((said, _)) = self.said.take_if(|(_, at)| *at <= scope.now) {
            self.say(scope, said);
        }
        Stage::Inbound(self)
    }

    /// A request of the caller before our answer.
    pub(super) fn handle_request(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: Arc<Message>,
    ) -> Stage {
        match request.method() {
            Some(Method::Bye) => return self.handle_bye(scope, id, request),
            Some(Method::Invite) => reinvite_in::ask_to_wait(scope, id, &request),
            Some(Method::Prack) => return self.handle_prack(scope, id, request),
            // An offer must wait until the caller surely has our answer to the one in its INVITE (RFC 3311 section 5.2).
            Some(Method::Update) => {
                let glare = self.glare(scope);
                updates::handle(scope, &mut self.dialog, &self.contact, id, request, &glare);
            }
            _ => indialog::answer(scope, id, request),
        }
        Stage::Inbound(self)
    }

    /// How an offer of the caller would meet what was offered so far.
    fn glare(&self, scope: &Scope<'_>) -> Glare {
        let Some(reliable) = &scope.base.reliable else { return Glare::Theirs };
        let is_described = self.said.as_ref().is_some_and(|(said, _)| describes(said));
        match self.invite.session_description() {
            Some(_) if is_described => Glare::Clear,
            None if self.offer_answered => Glare::Clear,
            None if reliable.holds_answer_back() => Glare::Ours,
            _ => Glare::Theirs,
        }
    }

    fn handle_prack(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        prack: Arc<Message>,
    ) -> Stage {
        let known = scope.base.reliable.as_mut().map(|reliable| reliable.acknowledge(&prack));
        let Some(Acknowledged::Latest { described }) = known else {
            scope.reply(id, &prack, 481);
            return Stage::Inbound(self);
        };
        let offered = self.invite.session_description().is_some();
        let describes = prack.session_description().is_some();
        if !describes || (described && !offered) {
            scope.reply(id, &prack, 200);
            if described && !offered {
                // It would be another offer if it were said again.
                if let Some((said, _)) = &mut self.said {
                    said.body = None;
                }
                self.offer_answered = describes;
            }
            if describes {
                scope.emit(SessionEvent::ProvisionalAcknowledged { message: prack });
            }
        } else {
            updates::expect_answer(scope, id, prack, &self.contact);
        }
        if let Some(answer) = self.answer.take() {
            return self.answer(scope, answer.body.as_ref(), &answer.headers);
        }
        if let Some(next) = scope.base.reliable.as_mut().and_then(|reliable| reliable.next()) {
            self.say(scope, next);
        }
        Stage::Inbound(self)
    }

    /// Sends a provisional response.
    pub(in crate::user_agent) fn progress(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        status: u16,
        body: Option<Body>,
        headers: Headers,
    ) -> Stage {
        let said = Provisional { status: status.clamp(101, 199), body, headers };
        match scope.base.reliable.as_mut().filter(|reliable| reliable.is_waiting()) {
            Some(reliable) => reliable.queue(said),
            None => self.say(scope, said),
        }
        Stage::Inbound(self)
    }

    /// Sends a provisional response, reliably if that was agreed.
    fn say(&mut self, scope: &mut Scope<'_>, said: Provisional) {
        let mut response = scope.begin_reply(&self.invite, said.status);
        response = response.header_text(&HeaderName::Contact, &[&self.contact]);
        let reliably = scope.base.reliable.as_mut().filter(|reliable| !reliable.is_waiting());
        let reliable = reliably.is_some();
        for (name, value) in reliably.map(|reliable| reliable.next_headers()).into_iter().flatten() {
            response = response.header(&name, value);
        }
        if let Some(response) = finish_reply(response, &said.headers, said.body.as_ref()) {
            match reliable {
                true => Reliable::send(scope, self.transaction, response, describes(&said)),
                false => scope.respond(self.transaction, &response),
            }
        }
        self.said = Some((said, scope.now + REPEAT_PROVISIONAL));
    }

    /// Sends 200, again and again until its ACK comes.
    pub(in crate::user_agent) fn answer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        body: Option<&Body>,
        headers: &[(String, String)],
    ) -> Stage {
        if scope.base.reliable.as_ref().is_some_and(|reliable| reliable.holds_answer_back()) {
            self.answer = Some(Provisional { status: 200, body: body.cloned(), headers: headers.to_vec() });
            return Stage::Inbound(self);
        }
        let mut further = std::mem::take(&mut self.on_success);
        further.extend(scope.base.timer.settle_as_callee(scope.now, &self.invite));
        let Some(response) = self.compose_answer(scope, body, headers, &further) else {
            return self.end(scope, 500, SessionEvent::Ended { message: None, reason: EndReason::Refused });
        };
        self.dialog.confirm();
        if let Some(reliable) = &mut scope.base.reliable {
            reliable.settle();
        }
        let wait = AckWait::start(scope, self.transaction, &self.invite, response);
        let offered = self.offer_answered || self.invite.session_description().is_some();
        let origin = Origin::Inbound { wait, offered };
        Confirmed::enter(self.dialog, self.contact, Authenticator::new(Vec::new()), origin)
    }

    /// Sends a final response of 300 to 699.
    pub(in crate::user_agent) fn reject(
        self: Box<Self>,
        scope: &mut Scope<'_>,
        status: u16,
        reason: Option<&str>,
        headers: &[(String, String)],
    ) -> Stage {
        let status = if matches!(status, 300..=699) { status } else { 500 };
        let mut response = scope.begin_reply(&self.invite, status);
        if let Some(reason) = reason {
            response = response.reason(reason);
        }
        let ended = SessionEvent::Ended { message: None, reason: EndReason::HungUp };
        match finish_reply(response, headers, None) {
            Some(response) => {
                updates::abandon(scope);
                scope.respond(self.transaction, &response);
                scope.emit(ended);
                Stage::Over
            }
            None => self.end(scope, status, ended),
        }
    }

    /// The caller gives up.
    pub(super) fn handle_cancel(self: Box<Self>, scope: &mut Scope<'_>, cancel: Arc<Message>) -> Stage {
        self.end(scope, 487, SessionEvent::Cancelled { cancel })
    }

    /// A caller may end an early dialog with BYE too (section 15).
    pub(super) fn handle_bye(
        self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        bye: Arc<Message>,
    ) -> Stage {
        scope.reply(id, &bye, 200);
        self.end(scope, 487, SessionEvent::Ended { message: Some(bye), reason: EndReason::Bye })
    }

    fn end(self: Box<Self>, scope: &mut Scope<'_>, status: u16, event: SessionEvent) -> Stage {
        updates::abandon(scope);
        scope.reply(self.transaction, &self.invite, status);
        scope.emit(event);
        Stage::Over
    }

    fn compose_answer(
        &self,
        scope: &Scope<'_>,
        body: Option<&Body>,
        headers: &[(String, String)],
        further: &OwnHeaders,
    ) -> Option<WrittenResponse> {
        let response = scope.begin_reply(&self.invite, 200);
        finish_reply_with(
            response.header_text(&HeaderName::Contact, &[&self.contact]),
            headers,
            further,
            body,
        )
    }
}

/// Whether a provisional response holds a description.
fn describes(said: &Provisional) -> bool {
    said.body.as_ref().is_some_and(Body::describes)
}
