//! Requests outside of dialogs: those that wait for the application's reply, and those that we send.

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};

use super::UserAgent;
use super::authentication::Authenticator;
use super::command::{OutboundRequest, Reply};
use super::common::{Client, Common};
use super::compose::{Content, Opening, OwnHeaders, finish_reply_with, request_uri};
use super::event::{RequestFailure, UaEvent};
use super::id::{RequestId, SessionId};
use super::intake::Arrival;
use crate::transaction::{ClientTransactionId, WrittenRequest, WrittenResponse};

/// A request of a peer that the application has not answered yet.
pub(super) struct Pending {
    pub(super) arrival: Arrival,
    /// Our To tag in all responses to it.
    pub(super) tag: String,
    /// The CANCEL of an INVITE that was taken back: 487 has been sent.
    pub(super) cancelled: Option<Arc<Message>>,
    /// Headers of a 2xx to it, beside those of the application's reply.
    pub(super) on_success: OwnHeaders,
}

impl Pending {
    fn is_invite(&self) -> bool {
        self.arrival.request.method() == Some(Method::Invite)
    }
}

/// A request of ours without a final response.
pub(super) struct Outgoing {
    request: OutboundRequest,
    call_id: String,
    tag: String,
    cseq: u32,
    authenticator: Authenticator,
    /// Its latest transaction.
    transaction: Option<ClientTransactionId>,
}

impl UserAgent {
    /// Files a request, and tells the application.
    pub(super) fn pend(&mut self, now: Instant, pending: Pending, replaced: Option<SessionId>) -> RequestId {
        let id = RequestId::next();
        let (message, flow) = (pending.arrival.request.clone(), pending.arrival.flow);
        self.common.events.push_back(match replaced {
            None => UaEvent::Request { id, message, flow },
            Some(session) => UaEvent::Replacing { id, message, flow, session },
        });
        self.pending_deadlines.set(id, Some(now + self.common.config.timers.give_up()));
        self.pending.insert(id, pending);
        id
    }

    pub(super) fn take_pending(&mut self, id: RequestId) -> Option<Pending> {
        self.pending_deadlines.set(id, None);
        self.pending.remove(&id)
    }

    /// The application has let a request lie until its sender gave up.
    pub(super) fn expire_pending(&mut self, now: Instant, id: RequestId) {
        self.reply(now, id, &Reply::status(500));
    }

    /// An INVITE that the application has not accepted is taken back.
    pub(super) fn cancel_pending(&mut self, now: Instant, id: RequestId, cancel: Arc<Message>) {
        let Some(pending) = self.pending.get_mut(&id) else { return };
        pending.cancelled = Some(cancel);
        let response = self.common.plain_reply(&pending.arrival.request, 487, &pending.tag);
        if let Some(response) = response {
            self.common.respond(now, pending.arrival.id, &response, &pending.tag);
        }
    }

    /// Sends the application's reply.
    pub(super) fn reply(&mut self, now: Instant, id: RequestId, reply: &Reply) {
        if matches!(reply.status, 401 | 407)
            && self.pending.get(&id).is_some_and(|pending| !pending.is_invite())
        {
            return self.challenge(now, id, reply);
        }
        let provisional = matches!(reply.status, 100..=199);
        if !provisional {
            self.pending_deadlines.set(id, None);
        }
        let Some(pending) = self.pending.get(&id) else { return };
        if pending.cancelled.is_none()
            && let Some(response) = compose_reply(&self.common, pending, reply)
        {
            self.common.respond(now, pending.arrival.id, &response, &pending.tag);
        }
        if !provisional {
            self.pending.remove(&id);
        }
    }

    /// Sends a challenge, and forgets who it was for: whoever means it comes back with another request.
    fn challenge(&mut self, now: Instant, id: RequestId, reply: &Reply) {
        let Some(mut pending) = self.take_pending(id) else { return };
        pending.tag = self.common.layer.stateless_tag(&pending.arrival.request);
        if let Some(response) = compose_reply(&self.common, &pending, reply) {
            self.common.layer.respond_written_stateless(now, pending.arrival.id, &response);
        }
    }

    /// Sends a request for the application.
    pub(super) fn start_request(&mut self, now: Instant, id: RequestId, request: OutboundRequest) {
        let bad_method = matches!(request.method, Method::Invite | Method::Ack | Method::Cancel);
        let (call_id, cseq) = match &request.series {
            Some(series) => (series.call_id.clone(), series.cseq),
            None => (self.common.tokens.call_id(), 1),
        };
        let tag = self.common.tokens.tag();
        let authenticator =
            Authenticator::new(request.credentials.clone()).agreeing(request.security.as_ref());
        let outgoing = Outgoing { request, call_id, tag, cseq, authenticator, transaction: None };
        if bad_method {
            return self.finish_request(id, Err(RequestFailure::Refused));
        }
        self.send_outgoing(now, id, outgoing);
    }

    fn send_outgoing(&mut self, now: Instant, id: RequestId, mut outgoing: Outgoing) {
        match outgoing.compose(&mut self.common) {
            Some(message) => {
                let flow = outgoing.request.flow;
                outgoing.transaction = Some(self.common.send(now, message, flow, Client::Request(id)));
                let patience = self.common.config.failover_after;
                let alternative = outgoing.request.alternatives.first();
                self.outgoing_deadlines.set(id, alternative.map(|_| now + patience));
                self.outgoing.insert(id, outgoing);
            }
            None => self.finish_request(id, Err(RequestFailure::Refused)),
        }
    }

    /// The server has said nothing while another one could be asked.
    pub(super) fn leave_silent_server(&mut self, now: Instant, id: RequestId) {
        let Some(outgoing) = self.outgoing.get_mut(&id) else { return };
        if let Some(transaction) = outgoing.transaction.take() {
            self.common.clients.remove(&transaction);
            self.common.layer.abandon(transaction);
        }
        self.handle_request_failure(now, id, RequestFailure::TimedOut);
    }

    /// The server cannot be reached: the next one is asked, if there is one.
    pub(super) fn handle_request_failure(&mut self, now: Instant, id: RequestId, failure: RequestFailure) {
        let Some(mut outgoing) = self.outgoing.remove(&id) else { return };
        self.common.note_failure(now, &outgoing.request.flow);
        if outgoing.turn_to_alternative() {
            return self.send_outgoing(now, id, outgoing);
        }
        self.finish_request(id, Err(failure));
    }

    /// A response to a request of ours. A challenge is answered, and a server that is not available is left
    /// for the next one.
    pub(super) fn handle_request_response(&mut self, now: Instant, id: RequestId, response: Arc<Message>) {
        let status = response.status().unwrap_or_default();
        self.outgoing_deadlines.set(id, None);
        if status < 200 {
            return;
        }
        let Some(mut outgoing) = self.outgoing.remove(&id) else { return };
        self.common.avoided.note_response(now, &outgoing.request.flow, &response);
        if status == 503 && outgoing.turn_to_alternative() {
            return self.send_outgoing(now, id, outgoing);
        }
        if matches!(status, 401 | 407 | 494) && outgoing.authenticator.challenged(&response) {
            outgoing.cseq = outgoing.cseq.saturating_add(1);
            return self.send_outgoing(now, id, outgoing);
        }
        if (200..300).contains(&status) && outgoing.authenticator.is_deceived(&response) {
            let (method, target, flow) =
                (&outgoing.request.method, &outgoing.request.target, outgoing.request.flow);
            tracing::warn!(
                %method, %target, %flow,
                "who answered does not know the password (Authentication-Info): is it the server that you mean?"
            );
        }
        self.finish_request(id, Ok(response));
    }

    pub(super) fn finish_request(&mut self, id: RequestId, outcome: Result<Arc<Message>, RequestFailure>) {
        self.outgoing.remove(&id);
        self.outgoing_deadlines.set(id, None);
        self.common.events.push_back(UaEvent::Response { id, outcome });
    }
}

impl Outgoing {
    /// Aims at the next server; false when there is none. The request stays the same but for its branch and
    /// its Contact (RFC 3263 section 4.3), and credentials wait for a challenge of that server.
    fn turn_to_alternative(&mut self) -> bool {
        if self.request.alternatives.is_empty() {
            return false;
        }
        let next = self.request.alternatives.remove(0);
        self.request.flow = next.flow;
        self.request.contact = next.contact.or(self.request.contact.take());
        self.authenticator = self.authenticator.fresh();
        true
    }

    fn compose(&mut self, common: &mut Common) -> Option<WrittenRequest> {
        let request = &self.request;
        let octets = request.body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
        let authorization = self.authenticator.headers(
            &request.method,
            &request_uri(&request.target),
            octets,
            &mut common.tokens,
        );
        let opening = Opening {
            method: &request.method,
            target: &request.target,
            flow: &request.flow,
            routes: &[],
            from: &request.from,
            tag: &self.tag,
            to: &request.to,
            call_id: &self.call_id,
            cseq: self.cseq,
        };
        let content = Content {
            contact: request.contact.as_deref(),
            authorization: &authorization,
            headers: &request.headers,
            body: request.body.as_ref(),
            ..Content::default()
        };
        common.compose(&opening, &content)
    }
}

/// The reply as a message. A 2xx to an INVITE would make a call without a session, and becomes 500; so
/// does a reply that cannot be written.
fn compose_reply(common: &Common, pending: &Pending, reply: &Reply) -> Option<WrittenResponse> {
    let request = &pending.arrival.request;
    let callless = matches!(reply.status, 200..=299) && request.method() == Some(Method::Invite);
    if callless || !matches!(reply.status, 100..=699) {
        return common.plain_reply(request, 500, &pending.tag);
    }
    let mut response = common.reply(request, reply.status, &pending.tag);
    if let Some(reason) = &reply.reason {
        response = response.reason(reason);
    }
    let says_accept = reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Accept"));
    if reply.status == 200 && request.method() == Some(Method::Options) && !says_accept {
        response = response.header(&HeaderName::Accept, "application/sdp");
    }
    let further: &[_] = if (200..300).contains(&reply.status) { &pending.on_success } else { &[] };
    finish_reply_with(response, &reply.headers, further, reply.body.as_ref())
        .or_else(|| common.plain_reply(request, 500, &pending.tag))
}
