//! Requests inside a dialog that are neither INVITE nor BYE (RFC 3261 section 12.2).

use std::sync::Arc;

use sip_parser::{HeaderName, Message, Method};

use super::updates::{self, Glare};
use super::{Confirmed, Scope, Stage};
use crate::dialog::Dialog;
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
    pub(super) purpose: Purpose,
    pub(super) cseq: u32,
    method: Method,
    headers: Headers,
    body: Option<Body>,
    authenticator: Authenticator,
}

/// What a request of ours is for, and so what its response means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It tells something: INFO, MESSAGE, a NOTIFY of no subscription.
    Tell,
    /// An UPDATE of the application's.
    Update { offers: bool },
    /// An UPDATE that keeps the session alive.
    Refresh,
    /// It asks the peer to call somebody.
    Refer,
    /// News of what a REFER of the peer asked for.
    Notify {
        /// The `id` of its subscription.
        refer: u32,
    },
}

/// Answers a request of the peer that means the same in every dialog.
pub(super) fn answer(scope: &mut Scope<'_>, id: ServerTransactionId, request: Arc<Message>) {
    match request.method() {
        Some(Method::Info) => {
            scope.reply(id, &request, 200);
            scope.emit(SessionEvent::Info { message: request });
        }
        Some(Method::Message) => {
            scope.reply(id, &request, 200);
            scope.emit(SessionEvent::Message { message: request });
        }
        Some(Method::Options) => {
            let response = scope.begin_reply(&request, 200);
            let response = response.header(&HeaderName::Accept, "application/sdp");
            if let Some(response) = finish_reply(response, &[], None) {
                scope.respond(id, &response);
            }
        }
        // What belongs to a subscription that is not there (RFC 6665 section 4.1.3), or to no response of ours.
        Some(Method::Notify | Method::Prack) => scope.reply(id, &request, 481),
        // We wait for an answer ourselves, or call somebody already.
        Some(Method::Refer) => scope.reply(id, &request, 603),
        _ => scope.reply(id, &request, 405),
    }
}

/// Answers a request of the peer in the early dialog of a call that we make.
pub(super) fn answer_early(
    scope: &mut Scope<'_>,
    dialog: Option<(&mut Dialog, &str)>,
    id: ServerTransactionId,
    request: Arc<Message>,
) {
    match (request.method(), dialog) {
        // A callee may not end an early dialog with BYE (section 15), and while our INVITE is pending it
        // may not send one of its own (section 14.2).
        (Some(Method::Bye), _) => scope.reply(id, &request, 481),
        (Some(Method::Invite), _) => scope.reply(id, &request, 491),
        (Some(Method::Update), Some((dialog, contact))) => {
            updates::handle(scope, dialog, contact, id, request, &Glare::Clear);
        }
        _ => answer(scope, id, request),
    }
}

impl Confirmed {
    /// Sends INFO.
    pub(in crate::user_agent) fn info(self: Box<Self>, scope: &mut Scope<'_>, body: Body) -> Stage {
        self.tell(scope, Method::Info, Headers::new(), Some(body))
    }

    /// Sends a request whose answer changes nothing.
    pub(in crate::user_agent) fn tell(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        method: Method,
        headers: Headers,
        body: Option<Body>,
    ) -> Stage {
        self.send_in_dialog(scope, method, headers, body, Purpose::Tell);
        Stage::Confirmed(self)
    }

    /// Sends a request of ours; `false` when too many wait for their response already.
    pub(super) fn send_in_dialog(
        &mut self,
        scope: &mut Scope<'_>,
        method: Method,
        headers: Headers,
        body: Option<Body>,
        purpose: Purpose,
    ) -> bool {
        // News of a REFER is what a call that ends may still wait for.
        let is_too_late = self.is_leaving() && !matches!(purpose, Purpose::Notify { .. });
        if self.requests.len() >= OWN_LIMIT || is_too_late {
            return false;
        }
        let authenticator = self.credentials.fresh();
        self.send_own(scope, method, headers, body, authenticator, purpose)
    }

    fn send_own(
        &mut self,
        scope: &mut Scope<'_>,
        method: Method,
        headers: Headers,
        body: Option<Body>,
        mut authenticator: Authenticator,
        purpose: Purpose,
    ) -> bool {
        let uri = self.dialog.request_uri();
        let octets = body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
        let authorization = authenticator.headers(&method, &uri, octets, &mut scope.common.tokens);
        let cseq = self.dialog.next_cseq();
        let further = scope.base.timer.request_headers(&method);
        // These may move the dialog, and say where we are (RFC 3311 section 5.1, RFC 3515 section 2.2, RFC 6665 section 8.2.1).
        let refreshes = matches!(method, Method::Update | Method::Refer | Method::Notify);
        let contact = refreshes.then_some(self.contact.as_str());
        let content = Content {
            contact,
            authorization: &authorization,
            headers: &headers,
            further: &further,
            body: body.as_ref(),
            ..Content::default()
        };
        let Some(request) = scope.compose(&self.dialog, &method, cseq, &content) else { return false };
        let transaction = scope.send_in(&self.dialog, request);
        self.requests.push(OwnRequest { transaction, purpose, cseq, method, headers, body, authenticator });
        true
    }

    /// The response to one of our requests. 481 and 408 mean that the peer has lost the dialog (section 12.2.1.2).
    pub(super) fn handle_own_response(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        index: usize,
        response: Arc<Message>,
    ) -> Stage {
        let status = response.status().unwrap_or_default();
        if status < 200 {
            return Stage::Confirmed(self);
        }
        let mut own = self.requests.swap_remove(index);
        let challenged = matches!(status, 401 | 407 | 494) && own.authenticator.challenged(&response);
        let too_short = status == 422 && scope.base.timer.is_too_short(&response);
        if challenged || too_short {
            let OwnRequest { purpose, method, headers, body, authenticator, .. } = own;
            self.send_own(scope, method, headers, body, authenticator, purpose);
            return Stage::Confirmed(self);
        }
        // A 481 to a NOTIFY ends what it tells of, not the call.
        if matches!(status, 408 | 481) && own.method != Method::Notify {
            return self.close(scope, Headers::new(), EndReason::Lost, Some(response));
        }
        match own.purpose {
            Purpose::Tell => {}
            Purpose::Notify { refer } if status == 481 => self.refers.forget(refer),
            Purpose::Notify { .. } => {}
            Purpose::Refer => self.refer_answered(scope, own.cseq, &response),
            Purpose::Update { .. } | Purpose::Refresh if status < 300 => {
                self.dialog.refresh_target(&response);
                scope.base.timer.settle_as_caller(scope.now, &response);
                if own.purpose != Purpose::Refresh {
                    let offered = own.purpose == Purpose::Update { offers: true };
                    scope.emit(SessionEvent::UpdateAnswered { message: response, offered });
                }
            }
            Purpose::Update { offers } => scope.emit(SessionEvent::UpdateFailed { status, offered: offers }),
            // The peer is there and takes no UPDATE after all.
            Purpose::Refresh if matches!(status, 405 | 501) => scope.emit(SessionEvent::RefreshWanted),
            Purpose::Refresh => {}
        }
        self.leave_if_due(scope)
    }

    /// The response to a NOTIFY after the call has ended. Nothing else of ours matters any more.
    pub(super) fn handle_answer_to_news(
        &mut self,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: &Message,
    ) {
        let status = response.status().unwrap_or_default();
        let Some(index) = self.requests.iter().position(|own| own.transaction == id && status >= 200) else {
            return;
        };
        let mut own = self.requests.swap_remove(index);
        let Purpose::Notify { refer } = own.purpose else { return };
        if matches!(status, 401 | 407) && own.authenticator.challenged(response) {
            let OwnRequest { purpose, method, headers, body, authenticator, .. } = own;
            self.send_own(scope, method, headers, body, authenticator, purpose);
        } else if matches!(status, 408 | 481) {
            self.refers.forget(refer);
        }
    }

    /// A NOTIFY that nobody heard ends the news.
    pub(super) fn news_unheard(&mut self, id: ClientTransactionId) {
        let Some(index) = self.requests.iter().position(|own| own.transaction == id) else { return };
        if let Purpose::Notify { refer } = self.requests.swap_remove(index).purpose {
            self.refers.forget(refer);
        }
    }

    /// Whether a NOTIFY is on its way.
    pub(super) fn tells_news(&self) -> bool {
        self.requests.iter().any(|own| matches!(own.purpose, Purpose::Notify { .. }))
    }
}
