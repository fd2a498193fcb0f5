//! Requests outside of calls, and the proof of who sent them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use sip_parser::{HeaderName, Message, Method};
use sip_ua::digest::Verdict;
use sip_ua::guard::Offence;
use sip_ua::transaction::ReplyRoute;
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, RequestId, SessionId};
use tracing::warn;

use super::directory::PendingReply;
use super::door;
use super::endpoint::SipEndpoint;
use super::verification::ProvenInvite;
use super::worker::Worker;
use crate::event::Event;
use crate::security::RequestVerdict;

impl Worker {
    /// A request that no session claims; `replaced` is the one that an INVITE wants to take the place of.
    pub(super) fn on_request(
        &mut self,
        id: RequestId,
        request: Arc<Message>,
        flow: Flow,
        replaced: Option<SessionId>,
    ) {
        if self.is_shut_out(&request, &flow) {
            return self.user_agent.respond(id, Reply::status(403));
        }
        let found = match self.directory.identify(&request, &flow) {
            Some(endpoint) if self.is_denied(&endpoint, &request, &flow) => Sender::Denied,
            Some(endpoint) => Sender::Named(endpoint),
            None => Sender::Unknown,
        };
        if found.endpoint().is_some_and(|endpoint| endpoint.options.reply_route == ReplyRoute::Via) {
            self.user_agent.reply_by_via(id);
        }
        let method = request.method().unwrap_or(Method::Options);
        let endpoint = match found {
            Sender::Named(endpoint)
                if method == Method::Options && endpoint.allow_unauthenticated_options =>
            {
                endpoint
            }
            found => match self.authenticate(id, &request, &flow, found) {
                Ok(endpoint) => endpoint,
                Err(reply) => return self.user_agent.respond(id, reply),
            },
        };
        match method {
            Method::Invite => {
                self.on_proven_invite(ProvenInvite { id, message: request, flow, endpoint, replaced });
            }
            Method::Register => {
                let reply = PendingReply { id, user_agent: self.user_agent.clone() };
                self.directory.register(endpoint, request, flow, reply);
            }
            Method::Message => self.on_text(id, &request, &flow, endpoint),
            Method::Options => self.user_agent.respond(id, capabilities()),
            Method::Subscribe => self.on_subscribe(id, request, flow, endpoint),
            Method::Refer => self.on_refer_outside(id, request, flow, endpoint),
            Method::Publish => self.on_publish(id, request, endpoint),
            Method::Notify => {
                let reply = PendingReply { id, user_agent: self.user_agent.clone() };
                self.directory.notified(endpoint, request, reply);
            }
            Method::Other(_) => self.user_agent.respond(id, Reply::status(501)),
            _ => self.user_agent.respond(id, Reply::status(405).header("Allow", ALLOW)),
        }
    }

    /// Proves that the request comes from whom it names. An unknown sender is challenged like a known one, so that
    /// neither the answer nor its time tells which names exist.
    fn authenticate(
        &mut self,
        id: RequestId,
        request: &Message,
        flow: &Flow,
        sender: Sender,
    ) -> Result<Arc<SipEndpoint>, Reply> {
        let endpoint = sender.endpoint();
        if let Some(trusted) = endpoint.filter(|e| e.credentials.is_empty()) {
            return Ok(trusted.clone());
        }
        let now = Instant::now();
        // Both are made for everybody: two microseconds more for unknown names could be told from the noise, with patience.
        let usual = self.directory.challenge_terms();
        let unknown = self.directory.challenge_terms_for_unknown(request);
        let mut terms = match endpoint {
            Some(endpoint) => endpoint.challenge_terms.clone().unwrap_or(usual),
            None => unknown,
        };
        terms.client = Some(flow.remote.ip());
        let known = endpoint.map(|e| e.credentials.as_slice()).unwrap_or_default();
        let verdict = self.verifier.verify_request(now, &terms, request, known);
        self.note_verdict(verdict, request, flow, &sender);
        if let (Verdict::Accepted, Sender::Named(endpoint)) = (verdict, sender) {
            let known = &endpoint.credentials;
            // What answers a call has a body that nobody knows yet; all else has none.
            let body = (request.method() != Some(Method::Invite)).then_some(b"".as_slice());
            let info = self.verifier.authentication_info(now, &terms, request, known, body);
            if let Some(info) = info {
                self.user_agent.say_on_success(id, "Authentication-Info", info);
            }
            return Ok(endpoint);
        }
        let stale = verdict == Verdict::Stale;
        let challenges = self.verifier.challenge(now, &terms, stale);
        let refusal = Reply::status(401);
        Err(challenges.into_iter().fold(refusal, |reply, c| reply.header("WWW-Authenticate", c)))
    }

    /// Tells the guard and the log what was thought of a request. Nothing of this reaches its sender.
    fn note_verdict(&mut self, verdict: Verdict, request: &Message, flow: &Flow, sender: &Sender) {
        let claimed = door::claimed_account(request);
        let account = || match sender {
            Sender::Named(endpoint) => endpoint.name.clone(),
            _ => claimed,
        };
        match verdict {
            Verdict::Accepted if sender.endpoint().is_some() => {
                self.unidentified.identified(flow.remote.ip());
                if let Some(guard) = &self.guard {
                    guard.note_success(flow.remote.ip());
                }
                self.tell(RequestVerdict::SuccessfulAuth, account, request, flow);
            }
            Verdict::Stale => self.tell(RequestVerdict::ChallengeSent, account, request, flow),
            Verdict::Absent => {
                let policy = self.directory.unidentified_policy();
                let is_unknown = matches!(sender, Sender::Unknown);
                if is_unknown && self.unidentified.note(Instant::now(), &policy, flow.remote.ip()) {
                    self.tell(RequestVerdict::InvalidAccount, account, request, flow);
                    self.note(flow, Offence::UnknownAccount);
                    return;
                }
                self.tell(RequestVerdict::ChallengeSent, account, request, flow);
                self.note(flow, Offence::Challenge);
            }
            Verdict::Accepted | Verdict::Refused => {
                let (offence, verdict) = match sender {
                    Sender::Named(_) => (Offence::FailedLogin, RequestVerdict::InvalidPassword),
                    _ => (Offence::UnknownAccount, RequestVerdict::InvalidAccount),
                };
                // That a list keeps it out has been told.
                if !matches!(sender, Sender::Denied) {
                    self.tell(verdict, account, request, flow);
                }
                self.note_refusal(request, flow);
                // Last, so that a ban is told after what led to it.
                self.note(flow, offence);
            }
        }
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

/// Whom a request comes from, by what it says or where it comes from.
enum Sender {
    /// An endpoint; not proven yet.
    Named(Arc<SipEndpoint>),
    /// An endpoint whose access list keeps the source out: as good as unknown.
    Denied,
    /// Nobody that we know.
    Unknown,
}

impl Sender {
    fn endpoint(&self) -> Option<&Arc<SipEndpoint>> {
        match self {
            Self::Named(endpoint) => Some(endpoint),
            Self::Denied | Self::Unknown => None,
        }
    }
}

/// Methods that mean something outside of calls.
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, NOTIFY, PUBLISH, REFER";

/// What OPTIONS is answered with.
fn capabilities() -> Reply {
    Reply::status(200)
        .header("Accept", "application/sdp, multipart/mixed, application/pidf+xml, application/dtmf-relay")
        .header("Accept-Encoding", "identity")
        .header("Accept-Language", "en")
}
