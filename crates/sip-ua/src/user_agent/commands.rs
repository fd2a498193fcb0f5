//! What an application may ask of a user agent. A command for a session that is over is ignored: the
//! news of its end may still be on the way.

use std::time::Instant;

use sip_parser::Method;

use super::UserAgent;
use super::command::{Body, OutboundInvite, OutboundRequest, Reply};
use super::common::Common;
use super::event::{EndReason, SessionEvent};
use super::id::{RequestId, SessionId};
use super::intake::Arrival;
use super::options::SessionOptions;
use super::requests::Pending;
use super::session::{Inbound, Outbound, Session, Stage, answer_update};
use crate::transaction::ReplyRoute;
use crate::transport::Flow;

/// Calls.
impl UserAgent {
    /// Makes a call under the name `id`. A name that is in use is ignored.
    pub fn invite(&mut self, now: Instant, id: SessionId, invite: OutboundInvite) {
        if self.sessions.contains_key(&id) {
            return;
        }
        if self.is_full_of_sessions() {
            return self.common.emit(id, SessionEvent::Failed { status: 503, message: None });
        }
        let tag = self.common.tokens.tag();
        self.open(id, invite.flow, tag, invite.options);
        self.step(id, |session, common| {
            session.with(now, common, |_, scope| Outbound::start(scope, invite));
        });
        self.settle(now);
    }

    /// Takes an incoming INVITE as a call under the name `id`, and sends 100 Trying. `contact` is a
    /// name-addr: where the peer reaches us in this dialog.
    ///
    /// If the caller has given up meanwhile, or the request is not there, the session ends at once.
    pub fn accept(&mut self, now: Instant, request: RequestId, id: SessionId, contact: String) {
        self.accept_with(now, request, id, contact, SessionOptions::default());
    }

    /// The same with options of its own. An INVITE that [`SessionOptions::screen`] refuses ends at once.
    pub fn accept_with(
        &mut self,
        now: Instant,
        request: RequestId,
        id: SessionId,
        contact: String,
        options: SessionOptions,
    ) {
        if self.sessions.contains_key(&id) {
            return;
        }
        match self.take_pending(request) {
            Some(Pending { cancelled: Some(cancel), .. }) => {
                self.common.emit(id, SessionEvent::Cancelled { cancel });
            }
            Some(pending) if self.common.invites.contains_key(&pending.arrival.id) => {
                self.admit(now, pending, id, contact, options);
            }
            // It was given up by its transaction meanwhile, or answered already.
            _ => {
                let reason = EndReason::Refused;
                self.common.emit(id, SessionEvent::Ended { message: None, reason });
            }
        }
        self.settle(now);
    }

    fn admit(
        &mut self,
        now: Instant,
        pending: Pending,
        id: SessionId,
        contact: String,
        options: SessionOptions,
    ) {
        let Pending { arrival: Arrival { id: transaction, request, flow }, tag, on_success, .. } = pending;
        self.open(id, flow, tag, options);
        self.common.expect_cancel(transaction, id);
        self.step(id, |session, common| {
            session.with(now, common, |_, scope| {
                Inbound::start(scope, transaction, request, contact, on_success)
            });
        });
    }

    fn open(&mut self, id: SessionId, flow: Flow, tag: String, options: SessionOptions) {
        self.common.tags.insert(tag.clone(), id);
        self.sessions.insert(id, Box::new(Session::new(id, flow, tag, options)));
    }

    /// Sends a provisional response, 101 to 199, to an incoming call. It is repeated every minute.
    pub fn progress(
        &mut self,
        now: Instant,
        id: SessionId,
        status: u16,
        body: Option<Body>,
        headers: Vec<(String, String)>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Inbound(inbound) => inbound.progress(scope, status, body, headers),
            other => other,
        });
    }

    /// Answers an incoming call with 200, repeated until its ACK comes.
    pub fn answer(
        &mut self,
        now: Instant,
        id: SessionId,
        body: Option<Body>,
        headers: Vec<(String, String)>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Inbound(inbound) => inbound.answer(scope, body.as_ref(), &headers),
            other => other,
        });
    }

    /// Refuses an incoming call with a final response, 300 to 699.
    pub fn reject(
        &mut self,
        now: Instant,
        id: SessionId,
        status: u16,
        reason: Option<&str>,
        headers: Vec<(String, String)>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Inbound(inbound) => inbound.reject(scope, status, reason, &headers),
            other => other,
        });
    }

    /// Sends the ACK that [`Answered`](SessionEvent::Answered) or
    /// [`ReinviteAnswered`](SessionEvent::ReinviteAnswered) left owing because the offer was the peer's,
    /// with our answer.
    pub fn acknowledge(&mut self, now: Instant, id: SessionId, body: Option<Body>) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.acknowledge(scope, body.as_ref()),
            other => other,
        });
    }

    /// Ends a call in whatever state it is: CANCEL for one that rings at the peer, 603 for one that
    /// rings here, BYE for one that was answered. `headers` go into that message; Reason, for example.
    pub fn hangup(&mut self, now: Instant, id: SessionId, headers: Vec<(String, String)>) {
        self.step(id, |session, common| session.hangup(now, common, headers));
        self.settle(now);
    }

    /// Keeps a body for the end of the call: our BYE carries it, or the 200 to the peer's.
    pub fn farewell(&mut self, now: Instant, id: SessionId, body: Body) {
        self.step(id, |session, _| session.say_at_the_end(body));
        self.settle(now);
    }

    /// Offers a change of an answered call; without a body it asks the peer for an offer.
    ///
    /// One INVITE at a time: the re-INVITE waits for the ACK of our 2xx, and fails with 491 while another
    /// one is under way. A 491 of the peer is waited out (RFC 3261 section 14.1).
    pub fn reinvite(
        &mut self,
        now: Instant,
        id: SessionId,
        body: Option<Body>,
        headers: Vec<(String, String)>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.reinvite(scope, body, headers),
            other => other,
        });
    }

    /// Answers the peer's [`Reinvite`](SessionEvent::Reinvite): the body of a 200, or the status of a
    /// refusal, 300 to 699. After a refusal the session stays as it was.
    pub fn answer_reinvite(&mut self, now: Instant, id: SessionId, answer: Result<Body, u16>) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.answer_reinvite(scope, answer),
            other => other,
        });
    }

    /// Sends INFO in an answered call.
    pub fn info(&mut self, now: Instant, id: SessionId, body: Body) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.info(scope, body),
            other => other,
        });
    }

    /// Changes an answered call without an INVITE (RFC 3311), if the peer's Allow has UPDATE; without a body it only tells
    /// what `headers` say.
    pub fn update(
        &mut self,
        now: Instant,
        id: SessionId,
        body: Option<Body>,
        headers: Vec<(String, String)>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.update(scope, body, headers),
            other => other,
        });
    }

    /// Answers the peer's [`Update`](SessionEvent::Update): the body of a 200, or the status of a refusal, 300 to 699.
    pub fn answer_update(&mut self, now: Instant, id: SessionId, answer: Result<Body, u16>) {
        self.command(now, id, |stage, scope| {
            answer_update(scope, answer);
            stage
        });
    }

    /// Asks the peer of an answered call to call `refer_to`, a name-addr, perhaps with Replaces in its URI (RFC 3515).
    /// What becomes of it comes as [`ReferProgress`](SessionEvent::ReferProgress).
    pub fn refer(&mut self, now: Instant, id: SessionId, refer_to: &str, headers: Vec<(String, String)>) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.refer(scope, refer_to, headers),
            other => other,
        });
    }

    /// Answers the peer's [`Refer`](SessionEvent::Refer) of that id: takes it, and tells it that we begin, or refuses it.
    pub fn answer_refer(&mut self, now: Instant, id: SessionId, refer: u32, answer: Result<(), u16>) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.answer_refer(scope, refer, answer),
            other => other,
        });
    }

    /// Tells the peer what became of its REFER of that id, as the status of a call; the `last` news ends it. Until then a
    /// [`hangup`](Self::hangup) waits, three minutes at most; and when the peer hangs up it is told all the same.
    pub fn notify_refer(&mut self, now: Instant, id: SessionId, refer: u32, status: u16, last: bool) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.notify_refer(scope, refer, status, last),
            Stage::Telling(telling) => telling.notify_refer(scope, refer, status, last),
            other => other,
        });
    }

    /// Sends MESSAGE in an answered call (RFC 3428). `From` and `To` among the headers are display names, which this message
    /// alone has.
    pub fn message(&mut self, now: Instant, id: SessionId, body: Body, headers: Vec<(String, String)>) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.tell(scope, Method::Message, headers, Some(body)),
            other => other,
        });
    }

    /// Sends NOTIFY in the dialog of an answered call, which belongs to no subscription: some phones obey such ones.
    pub fn notify_in_call(
        &mut self,
        now: Instant,
        id: SessionId,
        headers: Vec<(String, String)>,
        body: Option<Body>,
    ) {
        self.command(now, id, |stage, scope| match stage {
            Stage::Confirmed(confirmed) => confirmed.tell(scope, Method::Notify, headers, body),
            other => other,
        });
    }

    fn command(
        &mut self,
        now: Instant,
        id: SessionId,
        step: impl FnOnce(Stage, &mut super::session::Scope<'_>) -> Stage,
    ) {
        self.step(id, |session: &mut Session, common: &mut Common| session.with(now, common, step));
        self.settle(now);
    }
}

/// Requests outside of calls.
impl UserAgent {
    /// Ways to the same service in the order in which to try them: as they are given, but those to servers
    /// that failed lately, or asked by 503 with Retry-After to be left alone, behind the others.
    #[must_use]
    pub fn preferred(&self, now: Instant, mut flows: Vec<Flow>) -> Vec<Flow> {
        self.common.avoided.sort(now, &mut flows);
        flows
    }

    /// Sends a request outside of dialogs; its outcome comes as
    /// [`UaEvent::Response`](super::UaEvent::Response) under the name `id`.
    pub fn request(&mut self, now: Instant, id: RequestId, request: OutboundRequest) {
        self.start_request(now, id, request);
        self.settle(now);
    }

    /// Sends a keep-alive over a connection; see
    /// [`TransactionLayer::keep_alive`](crate::TransactionLayer::keep_alive).
    pub fn keep_alive(&mut self, flow: Flow) {
        self.common.layer.keep_alive(flow);
    }

    /// Responses to this request go where its Via says, and not where it came from, unless it asks for that (`rport`): its
    /// sender listens on another port than it sends from. Only over UDP.
    pub fn reply_by_via(&mut self, id: RequestId) {
        if let Some(pending) = self.pending.get(&id) {
            self.common.layer.route_reply(pending.arrival.id, ReplyRoute::Via);
        }
    }

    /// A 2xx to this request says `value` under `name`, whoever composes it: the answer to a call, a reply, or the answer to a
    /// SUBSCRIBE.
    pub fn say_on_success(&mut self, id: RequestId, name: &'static str, value: String) {
        if let Some(pending) = self.pending.get_mut(&id) {
            pending.on_success.push((name, value.into()));
        }
    }

    /// Answers a request that came outside of dialogs; also refuses an INVITE that is not accepted.
    /// A provisional status leaves the request waiting for a final one. A request that has been answered
    /// or taken back is left alone.
    pub fn respond(&mut self, now: Instant, id: RequestId, reply: Reply) {
        self.reply(now, id, &reply);
        self.settle(now);
    }
}
