//! An answered call (RFC 3261 sections 13.2.2.4, 13.3.1.4, 14 and 15).

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{Message, Method};

use super::acknowledged::AckWait;
use super::indialog::{OwnRequest, Purpose};
use super::refer::{News, TheirRefers};
use super::reinvite_in::TheirReinvite;
use super::reinvite_out::OurReinvite;
use super::reliable::Acknowledged;
use super::{Closing, Due, Scope, Stage, Telling, updates};
use crate::dialog::Dialog;
use crate::transaction::{ClientTransactionId, ServerTransactionId};
use crate::transport::Flow;
use crate::user_agent::authentication::Authenticator;
use crate::user_agent::command::Body;
use crate::user_agent::compose::{Headers, finish_reply};
use crate::user_agent::event::{EndReason, RequestFailure, SessionEvent};
use crate::user_agent::id::SessionId;

/// A confirmed dialog and what is going on in it.
pub(in crate::user_agent) struct Confirmed {
    pub(super) dialog: Dialog,
    pub(super) contact: String,
    pub(super) credentials: Authenticator,
    /// Our 2xx that has no ACK yet.
    pub(super) wait: Option<Wait>,
    /// The INVITE of ours whose ACK waits for our answer to the offer in its 2xx.
    pub(super) owed: Option<Arc<Message>>,
    /// Our re-INVITE.
    pub(super) ours: Option<OurReinvite>,
    /// The peer's re-INVITE, until our final response.
    pub(super) theirs: Option<TheirReinvite>,
    /// Other requests of ours without a final response.
    pub(super) requests: Vec<OwnRequest>,
    /// The peer's REFERs, while it waits for an answer or for news.
    pub(super) refers: TheirRefers,
    /// What the peer still tells of our REFER.
    pub(super) news: News,
    /// The application has hung up, but BYE waits: for the ACK (section 15), or until the peer knows what became of its
    /// REFER.
    hangup: Option<Headers>,
}

/// An ACK that we wait for.
pub(super) struct Wait {
    pub(super) ack: AckWait,
    pub(super) of: Awaited,
}

/// Which of our 2xx responses waits for its ACK.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Awaited {
    /// The answer to the call; whether its INVITE held the offer, so that the ACK only confirms.
    Call {
        /// The INVITE had a body.
        offered: bool,
    },
    /// The answer to a re-INVITE.
    Reinvite,
}

/// How the call came to be answered.
pub(super) enum Origin {
    /// By the peer. `owed` is our INVITE if the ACK must still bring our answer.
    Outbound { owed: Option<Arc<Message>> },
    /// By us.
    Inbound { wait: AckWait, offered: bool },
}

impl Confirmed {
    pub(super) fn enter(
        dialog: Dialog,
        contact: String,
        credentials: Authenticator,
        origin: Origin,
    ) -> Stage {
        let (owed, wait) = match origin {
            Origin::Outbound { owed } => (owed, None),
            Origin::Inbound { wait, offered } => {
                (None, Some(Wait { ack: wait, of: Awaited::Call { offered } }))
            }
        };
        Stage::Confirmed(Box::new(Confirmed {
            dialog,
            contact,
            credentials,
            wait,
            owed,
            ours: None,
            theirs: None,
            requests: Vec::new(),
            refers: TheirRefers::default(),
            news: News::None,
            hangup: None,
        }))
    }

    pub(super) fn dialog(&self) -> &Dialog {
        &self.dialog
    }

    pub(super) fn dialog_mut(&mut self) -> &mut Dialog {
        &mut self.dialog
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let wait = self.wait.as_ref().map(|wait| wait.ack.deadline());
        let retry = self.ours.as_ref().and_then(OurReinvite::deadline);
        [wait, retry, self.refers.deadline()].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(mut self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        if let Some(wait) = &mut self.wait
            && !wait.ack.handle_timeout(scope)
        {
            let headers = self.hangup.take().unwrap_or_default();
            return self.close(scope, headers, EndReason::NoAck, None);
        }
        self.retry_reinvite(scope);
        self.expire_news(scope);
        match scope.base.timer.due(scope.now) {
            Some(Due::Over) => {
                let reason = "SIP;cause=408;text=\"Session timer expired\"";
                let headers = vec![("Reason".to_owned(), reason.to_owned())];
                return self.close(scope, headers, EndReason::TimerExpired, None);
            }
            // It ends anyway.
            Some(Due::Refresh { .. }) if self.is_leaving() => {}
            Some(Due::Refresh { by_update: true }) => {
                self.send_in_dialog(scope, Method::Update, Headers::new(), None, Purpose::Refresh);
            }
            Some(Due::Refresh { by_update: false }) => scope.emit(SessionEvent::RefreshWanted),
            None => {}
        }
        self.leave_if_due(scope)
    }

    pub(super) fn handle_request(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        request: Arc<Message>,
        flow: Flow,
        replaces: Option<SessionId>,
    ) -> Stage {
        match request.method() {
            Some(Method::Bye) => return self.handle_bye(scope, id, request),
            Some(Method::Invite) => self.handle_reinvite(scope, id, request, flow),
            Some(Method::Update) if self.is_leaving() => scope.reply(id, &request, 491),
            Some(Method::Update) => self.handle_update(scope, id, request),
            Some(Method::Refer) => self.handle_refer(scope, id, request, replaces),
            Some(Method::Notify) => self.handle_notify(scope, id, &request),
            Some(Method::Subscribe) => self.handle_subscribe(scope, id, &request),
            Some(Method::Prack) => handle_late_prack(scope, id, &request),
            _ => super::indialog::answer(scope, id, request),
        }
        self.leave_if_due(scope)
    }

    fn handle_bye(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ServerTransactionId,
        bye: Arc<Message>,
    ) -> Stage {
        let farewell = scope.base.farewell.take();
        let response = scope.begin_reply(&bye, 200);
        if let Some(response) = finish_reply(response, &[], farewell.as_deref()) {
            scope.respond(id, &response);
        }
        self.drop_reinvites(scope);
        self.drop_open_refers(scope);
        updates::abandon(scope);
        let reason = if self.hangup.is_some() { EndReason::HungUp } else { EndReason::Bye };
        scope.emit(SessionEvent::Ended { message: Some(bye), reason });
        Telling::after(self)
    }

    pub(super) fn handle_ack(mut self: Box<Self>, scope: &mut Scope<'_>, ack: Arc<Message>) -> Stage {
        let Some(wait) = self.wait.take_if(|wait| wait.ack.is_answered_by(&ack)) else {
            return Stage::Confirmed(self);
        };
        wait.ack.settle(scope);
        if self.is_leaving() {
            return self.leave_if_due(scope);
        }
        scope.emit(match wait.of {
            Awaited::Call { .. } => SessionEvent::Established { ack: Some(ack) },
            Awaited::Reinvite => SessionEvent::ReinviteConfirmed { ack },
        });
        self.start_waiting_reinvite(scope);
        Stage::Confirmed(self)
    }

    pub(super) fn handle_response(
        self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        response: Arc<Message>,
    ) -> Stage {
        if self.ours.as_ref().is_some_and(|ours| ours.sent(id)) {
            return self.handle_reinvite_response(scope, response);
        }
        if let Some(index) = self.requests.iter().position(|own| own.transaction == id) {
            return self.handle_own_response(scope, index, response);
        }
        let stage = Stage::Confirmed(self);
        super::handle_unwanted(&stage, scope, id, &response);
        stage
    }

    pub(super) fn handle_failure(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: ClientTransactionId,
        failure: RequestFailure,
    ) -> Stage {
        let reinvite = self.ours.as_ref().is_some_and(|ours| ours.sent(id));
        let own = self.requests.iter().any(|own| own.transaction == id);
        if !reinvite && !own {
            return Stage::Confirmed(self);
        }
        if failure == RequestFailure::TransportFailed && reinvite {
            // The road is gone, not the peer: a later request may find another.
            self.ours = None;
            scope.emit(SessionEvent::ReinviteFailed { status: 503 });
            return Stage::Confirmed(self);
        }
        if failure == RequestFailure::TransportFailed {
            self.drop_own(scope, id, 503);
            return Stage::Confirmed(self);
        }
        let purpose = self.requests.iter().find(|own| own.transaction == id).map(|own| own.purpose);
        if let Some(Purpose::Notify { refer }) = purpose {
            self.drop_own(scope, id, 408);
            self.refers.forget(refer);
            return self.leave_if_due(scope);
        }
        self.close(scope, Headers::new(), EndReason::Lost, None)
    }

    /// A request of ours has no answer, and that does not end the call.
    fn drop_own(&mut self, scope: &mut Scope<'_>, id: ClientTransactionId, status: u16) {
        let Some(index) = self.requests.iter().position(|own| own.transaction == id) else { return };
        match self.requests.swap_remove(index).purpose {
            Purpose::Update { offers } => scope.emit(SessionEvent::UpdateFailed { status, offered: offers }),
            Purpose::Refer => self.refer_failed(scope, status),
            Purpose::Tell | Purpose::Refresh | Purpose::Notify { .. } => {}
        }
    }

    /// The application ends the call.
    pub(super) fn hangup(mut self: Box<Self>, scope: &mut Scope<'_>, headers: Headers) -> Stage {
        self.hangup.get_or_insert(headers);
        self.leave_if_due(scope)
    }

    /// Ends a call that the application has ended, once nothing keeps it: before the ACK of our 2xx no BYE may be sent
    /// (section 15), and a peer that has sent REFER hears first what became of it.
    pub(super) fn leave_if_due(mut self: Box<Self>, scope: &mut Scope<'_>) -> Stage {
        let unacknowledged = self.wait.as_ref().is_some_and(|wait| wait.of != Awaited::Reinvite);
        match self.hangup.take_if(|_| !unacknowledged && !self.refers.owe_news()) {
            Some(headers) => self.close(scope, headers, EndReason::HungUp, None),
            None => Stage::Confirmed(self),
        }
    }

    /// Tells the peer what became of its REFER.
    pub(in crate::user_agent) fn notify_refer(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        id: u32,
        status: u16,
        last: bool,
    ) -> Stage {
        self.tell_refer(scope, id, status, last);
        self.leave_if_due(scope)
    }

    /// Sends BYE, and leaves nothing of ours unanswered.
    pub(super) fn close(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        headers: Headers,
        reason: EndReason,
        cause: Option<Arc<Message>>,
    ) -> Stage {
        if let Some(invite) = self.owed.take() {
            scope.acknowledge(&self.dialog, &invite, None);
        }
        self.drop_reinvites(scope);
        self.drop_open_refers(scope);
        updates::abandon(scope);
        Closing::enter(scope, self.dialog, &self.credentials, headers, reason, cause)
    }

    /// Sends the ACK that waits for our answer.
    pub(in crate::user_agent) fn acknowledge(
        mut self: Box<Self>,
        scope: &mut Scope<'_>,
        body: Option<&Body>,
    ) -> Stage {
        if let Some(invite) = self.owed.take() {
            scope.acknowledge(&self.dialog, &invite, body);
        }
        Stage::Confirmed(self)
    }

    /// Whether the application has hung up already.
    pub(super) fn is_leaving(&self) -> bool {
        self.hangup.is_some()
    }
}

/// The PRACK of a provisional response that our 2xx did not wait for.
fn handle_late_prack(scope: &mut Scope<'_>, id: ServerTransactionId, prack: &Message) {
    let known = scope.base.reliable.as_mut().map(|reliable| reliable.acknowledge(prack));
    let status = if matches!(known, Some(Acknowledged::Latest { .. })) { 200 } else { 481 };
    scope.reply(id, prack, status);
}
