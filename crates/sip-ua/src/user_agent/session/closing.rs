//! A call that we have ended: the BYE is out, its answer is not here yet (RFC 3261 section 15.1.1).

use std::sync::Arc;

use sip_parser::{Message, Method};

use super::{Scope, Stage};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId};
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::compose::{Content, Headers};
use crate::user_agent::event::{EndReason, SessionEvent};

/// Our BYE. Whatever becomes of it, the call is over; only a challenge is answered.
pub(in crate::user_agent) struct Closing {
    dialog: Dialog,
    transaction: ClientTransactionId,
    authenticator: Authenticator,
    headers: Headers,
    /// What is told when the BYE has its answer: the end that our own user asked for.
    end: Option<SessionEvent>,
}

impl Closing {
    /// Sends BYE. An end that our user did not ask for is told at once: a peer that lost the call, or is silent, does not
    /// answer the BYE either, and who is joined with it shall not wait for that.
    ///
    /// `cause` is what made us send it, if it was a message.
    pub(super) fn enter(
        scope: &mut Scope<'_>,
        mut dialog: Dialog,
        credentials: &Authenticator,
        headers: Headers,
        reason: EndReason,
        cause: Option<Arc<Message>>,
    ) -> Stage {
        let mut authenticator = credentials.fresh();
        let mut end = Some(SessionEvent::Ended { message: cause, reason });
        if reason != EndReason::HungUp {
            end.take().into_iter().for_each(|end| scope.emit(end));
        }
        match send(scope, &mut dialog, &mut authenticator, &headers) {
            Some(transaction) => {
                Stage::Closing(Box::new(Closing { dialog, transaction, authenticator, headers, end }))
            }
            None => {
                end.into_iter().for_each(|end| scope.emit(end));
                Stage::Over
            }
        }
    }

    pub(super) fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    pub(super) fn handle_response(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: Arc<Message>,
    ) -> Stage {
        if id != self.transaction {
            let stage = Stage::Closing(self);
            super::handle_unwanted(&stage, scope, id, &response);
            return stage;
        }
        match response.status().unwrap_or_default() {
            ..200 => return Stage::Closing(self),
            401 | 407 | 494 if self.authenticator.challenged(&response) => {
                if let Some(transaction) =
                    send(scope, &mut self.dialog, &mut self.authenticator, &self.headers)
                {
                    self.transaction = transaction;
                    return Stage::Closing(self);
                }
            }
            _ => {}
        }
        self.over(scope)
    }

    pub(super) fn handle_failure(self: Box<Self>, scope: &mut Scope<'_>, id: ClientTransactionId) -> Stage {
        if id == self.transaction { self.over(scope) } else { Stage::Closing(self) }
    }

    /// The peer's BYE may cross ours; nothing else has a meaning any more.
    pub(super) fn handle_request(
        self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: Arc<Message>,
    ) -> Stage {
        let status = if request.method() == Some(Method::Bye) { 200 } else { 481 };
        scope.reply(id, &request, status);
        Stage::Closing(self)
    }

    fn over(self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        self.end.into_iter().for_each(|end| scope.emit(end));
        Stage::Over
    }
}

fn send(
    scope: &mut Scope<'_>,
    dialog: &mut Dialog,
    authenticator: &mut Authenticator,
    headers: &Headers,
) -> Option<ClientTransactionId> {
    let uri = dialog.request_uri();
    let body = scope.base.farewell.clone();
    let octets = body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
    let authorization = authenticator.headers(&Method::Bye, &uri, octets, &mut scope.common.tokens);
    let cseq = dialog.next_cseq();
    let content =
        Content { authorization: &authorization, headers, body: body.as_deref(), ..Content::default() };
    let bye = scope.compose(dialog, &Method::Bye, cseq, &content)?;
    Some(scope.send_in(dialog, bye))
}
