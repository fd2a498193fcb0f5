//! Requests inside a dialog that are neither INVITE nor BYE: INFO and OPTIONS (RFC 6086, RFC 3261
//! section 11.2).

use sip_parser::{HeaderName, Message, Method};

use super::{Confirmed, Scope, Stage};
use crate::transaction::{ClientTransactionId, ServerTransactionId};
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Content, Headers, finish_reply};
use crate::user_agent::event::{EndReason, SessionEvent};

/// Requests of ours that wait for a final response; one more is not sent.
const OWN_LIMIT: usize = 32;

/// A request of ours in the dialog.
pub(super) struct OwnRequest {
    pub(super) transaction: ClientTransactionId,
    method: Method,
    body: Body,
    authenticator: Authenticator,
}

/// Answers a request of the peer in a confirmed dialog.
pub(super) fn answer(scope: &mut Scope<'_>, id: ServerTransactionId, request: Message) {
    match request.method() {
        Some(Method::Info) => {
            scope.reply(id, &request, 200);
            scope.emit(SessionEvent::Info { message: request });
        }
        Some(Method::Options) => {
            let response = scope.common.reply(&request, 200, &scope.base.tag);
            let response = response.header(&HeaderName::Accept, "application/sdp");
            if let Some(response) = finish_reply(response, &[], None) {
                scope.respond(id, response);
            }
        }
        _ => scope.reply(id, &request, 405),
    }
}

/// Answers a request of the peer in an early dialog, or none.
pub(super) fn answer_early(scope: &mut Scope<'_>, id: ServerTransactionId, request: Message) {
    match request.method() {
        // A callee may not end an early dialog with BYE (section 15), and while our INVITE is pending it
        // may not send one of its own (section 14.2).
        Some(Method::Bye) => scope.reply(id, &request, 481),
        Some(Method::Invite) => scope.reply(id, &request, 491),
        _ => answer(scope, id, request),
    }
}

impl Confirmed {
    /// Sends INFO.
    pub(in crate::user_agent) fn info(mut self: Box<Self>, scope: &mut Scope<'_>, body: Body) -> Stage {
        let authenticator = self.credentials.fresh();
        if self.requests.len() < OWN_LIMIT && !self.is_leaving() {
            self.send_own(scope, Method::Info, body, authenticator);
        }
        Stage::Confirmed(self)
    }

    fn send_own(
        &mut self,
        scope: &mut Scope<'_>,
        method: Method,
        body: Body,
        mut authenticator: Authenticator,
    ) {
        let uri = self.dialog.request_uri();
        let authorization = authenticator.headers(&method, &uri, &body.bytes, &mut scope.common.tokens);
        let cseq = self.dialog.next_cseq();
        let content = Content { authorization: &authorization, body: Some(&body), ..Content::default() };
        if let Some(request) = scope.compose(&self.dialog, &method, cseq, &content) {
            let transaction = scope.send(request);
            self.requests.push(OwnRequest { transaction, method, body, authenticator });
        }
    }

    /// The response to one of our requests. 481 and 408 mean that the peer has lost the dialog
    /// (section 12.2.1.2); what else it thinks of an INFO changes nothing.
    pub(super) fn handle_own_response(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        index: usize,
        response: Message,
    ) -> Stage {
        let status = response.status().unwrap_or_default();
        if status < 200 {
            return Stage::Confirmed(self);
        }
        let mut own = self.requests.swap_remove(index);
        match status {
            401 | 407 if own.authenticator.challenged(&response) => {
                self.send_own(scope, own.method, own.body, own.authenticator);
                Stage::Confirmed(self)
            }
            408 | 481 => self.close(scope, Headers::new(), EndReason::Lost, Some(response)),
            _ => Stage::Confirmed(self),
        }
    }
}
