//! Requests outside of calls, and the proof of who sent them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::digest::Verdict;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, RequestId, SessionId};
use tracing::warn;

use super::directory::PendingReply;
use super::endpoint::SipEndpoint;
use super::worker::Worker;
use crate::event::Event;

impl Worker {
    /// A request that no session claims; `replaced` is the one that an INVITE wants to take the place of.
    pub(super) fn on_request(
        &mut self,
        id: RequestId,
        request: Message,
        flow: Flow,
        replaced: Option<SessionId>,
    ) {
        let found = self.directory.identify(&request, &flow);
        let method = request.method().unwrap_or(Method::Options);
        let open =
            method == Method::Options && found.as_ref().is_some_and(|e| e.allow_unauthenticated_options);
        let endpoint = match found {
            Some(endpoint) if open => endpoint,
            found => match self.authenticate(&request, &flow, found) {
                Ok(endpoint) => endpoint,
                Err(reply) => return self.user_agent.respond(id, reply),
            },
        };
        match method {
            Method::Invite => self.on_invite(id, &request, flow, endpoint, replaced),
            Method::Register => {
                let reply = PendingReply { id, user_agent: self.user_agent.clone() };
                self.directory.register(endpoint, request, flow, reply);
            }
            Method::Message => self.on_text(id, &request, &flow, endpoint),
            Method::Options => self.user_agent.respond(id, capabilities()),
            Method::Subscribe => self.on_subscribe(id, request, flow, endpoint),
            Method::Publish => self.on_publish(id, request, endpoint),
            Method::Other(_) => self.user_agent.respond(id, Reply::status(501)),
            _ => self.user_agent.respond(id, Reply::status(405).header("Allow", ALLOW)),
        }
    }

    /// Proves that the request comes from `found`. An unknown sender is challenged like a known one, so that neither
    /// the answer nor its time tells which names exist.
    fn authenticate(
        &mut self,
        request: &Message,
        flow: &Flow,
        found: Option<Arc<SipEndpoint>>,
    ) -> Result<Arc<SipEndpoint>, Reply> {
        if let Some(trusted) = found.as_ref().filter(|e| e.credentials.is_empty()) {
            return Ok(trusted.clone());
        }
        let now = Instant::now();
        let own_realm = found.as_ref().and_then(|endpoint| endpoint.realm.clone());
        let realm = own_realm.unwrap_or_else(|| self.directory.realm());
        let known = found.as_ref().map(|e| e.credentials.as_slice()).unwrap_or_default();
        let verdict = self.verifier.verify_request(now, &realm, request, known);
        match (verdict, found) {
            (Verdict::Accepted, Some(endpoint)) => return Ok(endpoint),
            (Verdict::Refused, _) | (Verdict::Accepted, None) => self.note_refusal(request, flow),
            _ => {}
        }
        let stale = verdict == Verdict::Stale;
        let challenges = self.verifier.challenge(now, &realm, stale);
        let refusal = Reply::status(401);
        Err(challenges.into_iter().fold(refusal, |reply, c| reply.header("WWW-Authenticate", c)))
    }

    /// One line with the source; it does not say which half was wrong.
    fn note_refusal(&self, request: &Message, flow: &Flow) {
        let source: SocketAddr = flow.remote;
        let claimed = request.raw(&HeaderName::From).unwrap_or_default().to_owned();
        let method = request.method().map(|m| m.to_string()).unwrap_or_default();
        warn!(%source, %method, from = %claimed, "authentication failed");
        self.directory.refused(request, flow);
        let call_id = request.call_id().unwrap_or_default().to_owned();
        self.switchboard.notice(|| Event::AuthenticationFailed { source, method, claimed, call_id });
    }
}

/// Methods that mean something outside of calls.
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, NOTIFY, PUBLISH";

/// What OPTIONS is answered with.
fn capabilities() -> Reply {
    Reply::status(200)
        .header("Accept", "application/sdp, application/dtmf-relay")
        .header("Accept-Encoding", "identity")
        .header("Accept-Language", "en")
}
