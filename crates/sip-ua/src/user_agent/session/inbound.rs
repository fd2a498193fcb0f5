//! A call that we are asked to take, until our final response (RFC 3261 sections 13.3 and 9.2).

use std::time::{Duration, Instant};

use sip_parser::{HeaderName, Message};

use super::acknowledged::AckWait;
use super::confirmed::Origin;
use super::{Confirmed, Scope, Stage};
use crate::dialog::Dialog;
use crate::transaction::ServerTransactionId;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::finish_reply;
use crate::user_agent::event::{EndReason, SessionEvent};

/// A ringing phone says so again before a proxy on the way believes it dead (section 13.3.1.1).
const REPEAT_PROVISIONAL: Duration = Duration::from_secs(60);

/// The peer's INVITE, and what we have said to it.
pub(in crate::user_agent) struct Inbound {
    transaction: ServerTransactionId,
    invite: Message,
    dialog: Dialog,
    contact: String,
    /// The latest provisional response, and when to say it again.
    said: Option<(Message, Instant)>,
    /// Until when the INVITE is good, if it says so.
    expires: Option<Instant>,
}

impl Inbound {
    /// Takes the INVITE and answers 100 Trying.
    pub(in crate::user_agent) fn start(
        scope: &mut Scope<'_>,
        transaction: ServerTransactionId,
        invite: Message,
        contact: String,
    ) -> Stage {
        let dialog = match Dialog::from_request(&invite, &scope.base.tag) {
            Ok(dialog) => dialog,
            Err(error) => {
                scope.reply(transaction, &invite, error.status());
                scope.emit(SessionEvent::Ended { message: None, reason: EndReason::Refused });
                return Stage::Over;
            }
        };
        scope.reply(transaction, &invite, 100);
        let seconds = invite.expires().and_then(Result::ok);
        let expires = seconds.and_then(|s| scope.now.checked_add(Duration::from_secs(s.into())));
        Stage::Inbound(Box::new(Inbound { transaction, invite, dialog, contact, said: None, expires }))
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
        if let Some((response, at)) = self.said.as_mut().filter(|(_, at)| *at <= scope.now) {
            *at = scope.now + REPEAT_PROVISIONAL;
            scope.respond(self.transaction, response.clone());
        }
        Stage::Inbound(self)
    }

    /// Sends a provisional response.
    pub(in crate::user_agent) fn progress(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        status: u16,
        body: Option<&Body>,
        headers: &[(String, String)],
    ) -> Stage {
        let status = status.clamp(101, 199);
        if let Some(response) = self.compose(scope, status, body, headers) {
            self.said = Some((response.clone(), scope.now + REPEAT_PROVISIONAL));
            scope.respond(self.transaction, response);
        }
        Stage::Inbound(self)
    }

    /// Sends 200, again and again until its ACK comes.
    pub(in crate::user_agent) fn answer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        body: Option<&Body>,
        headers: &[(String, String)],
    ) -> Stage {
        let Some(response) = self.compose(scope, 200, body, headers) else {
            return self.end(scope, 500, SessionEvent::Ended { message: None, reason: EndReason::Refused });
        };
        self.dialog.confirm();
        let wait = AckWait::start(scope, self.transaction, &self.invite, response);
        let origin = Origin::Inbound { wait, offered: !self.invite.body().is_empty() };
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
        let mut response = scope.common.reply(&self.invite, status, &scope.base.tag);
        if let Some(reason) = reason {
            response = response.reason(reason);
        }
        let ended = SessionEvent::Ended { message: None, reason: EndReason::HungUp };
        match finish_reply(response, headers, None) {
            Some(response) => {
                scope.respond(self.transaction, response);
                scope.emit(ended);
                Stage::Over
            }
            None => self.end(scope, status, ended),
        }
    }

    /// The caller gives up.
    pub(super) fn handle_cancel(self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        self.end(scope, 487, SessionEvent::Cancelled)
    }

    /// A caller may end an early dialog with BYE too (section 15).
    pub(super) fn handle_bye(
        self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        bye: Message,
    ) -> Stage {
        scope.reply(id, &bye, 200);
        self.end(scope, 487, SessionEvent::Ended { message: Some(bye), reason: EndReason::Bye })
    }

    fn end(self: Box<Self>, scope: &mut Scope<'_>, status: u16, event: SessionEvent) -> Stage {
        scope.reply(self.transaction, &self.invite, status);
        scope.emit(event);
        Stage::Over
    }

    fn compose(
        &self,
        scope: &Scope<'_>,
        status: u16,
        body: Option<&Body>,
        headers: &[(String, String)],
    ) -> Option<Message> {
        let response = scope.common.reply(&self.invite, status, &scope.base.tag);
        finish_reply(response.header(&HeaderName::Contact, &self.contact), headers, body)
    }
}
