//! The part of an exchange that phones register with.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use sip_parser::Message;
use sip_ua::digest::{Challenge, ChallengeTerms, Credentials, Verdict, Verifier};
use sip_ua::registrar::{AorPolicy, RegisterError, RegisterOutcome, Registrar};
use sip_ua::transport::Flow;
use sip_ua::user_agent::{Reply, RequestId, UaEvent, UserAgent, UserAgentConfig};

use super::phone::{Phone, REALM};

/// The rules of every address of record.
pub const POLICY: AorPolicy = AorPolicy {
    max_contacts: 1,
    remove_existing: true,
    remove_unavailable: false,
    minimum_expiration: 60,
    refuse_brief: false,
    default_expiration: 3600,
    maximum_expiration: 7200,
    rewrite_contact: true,
    support_path: false,
};

/// A user agent, a verifier and a registrar.
pub struct Exchange {
    /// The virtual time.
    pub now: Instant,
    wall: SystemTime,
    agent: UserAgent,
    verifier: Verifier,
    terms: ChallengeTerms,
    registrar: Registrar,
    users: HashMap<String, Credentials>,
}

/// A REGISTER whose sender is proven.
pub(super) struct Proven {
    pub(super) id: RequestId,
    pub(super) aor: String,
    pub(super) request: Arc<Message>,
    pub(super) flow: Flow,
}

impl Exchange {
    /// One that knows as many phones.
    #[must_use]
    pub fn new(phones: u32) -> Self {
        let phone = |number| Phone { number, outbound: false };
        Self {
            now: Instant::now(),
            wall: SystemTime::now(),
            agent: UserAgent::with_seed(UserAgentConfig::new("ipbx/1"), [7; 32]),
            verifier: Verifier::with_key(Default::default(), [9; 32]),
            terms: ChallengeTerms::new(REALM),
            registrar: Registrar::new(),
            users: (0..phones).map(phone).map(|phone| (phone.aor(), phone.credentials())).collect(),
        }
    }

    /// A challenge that is good for the next 32 seconds.
    ///
    /// # Panics
    /// When there is none.
    #[allow(clippy::unwrap_used, reason = "our own challenge can be read")]
    pub fn challenge(&mut self) -> Challenge {
        Challenge::parse(&self.verifier.challenge(self.now, &self.terms, false)[0], false).unwrap()
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) {
        self.now += time;
        self.wall += time;
        if self.agent.poll_timeout().is_some_and(|at| at <= self.now) {
            self.agent.handle_timeout(self.now);
        }
    }

    /// Takes a REGISTER and answers it; the status is told.
    pub fn receive(&mut self, bytes: Bytes, flow: Flow) -> Option<u16> {
        if let Some(proven) = self.admit(bytes, flow) {
            let outcome = self.bind(&proven.aor, &proven.request, &proven.flow);
            let reply = match outcome {
                Ok(RegisterOutcome { headers, .. }) => Reply { status: 200, headers, ..Reply::default() },
                Err(error) => Reply { status: error.status(), headers: error.headers(), ..Reply::default() },
            };
            self.agent.respond(self.now, proven.id, reply);
        }
        self.sent()
    }

    /// Does in the registrar what a REGISTER asks for, whoever sent it.
    ///
    /// # Errors
    /// When it is refused.
    pub fn bind(
        &mut self,
        aor: &str,
        request: &Message,
        flow: &Flow,
    ) -> Result<RegisterOutcome, RegisterError> {
        self.registrar.register(self.wall, aor, request, flow, &POLICY)
    }

    /// Takes a REGISTER, and challenges it or finds out whose it is.
    pub(super) fn admit(&mut self, bytes: Bytes, flow: Flow) -> Option<Proven> {
        let message = Message::parse(bytes).ok()?;
        self.agent.handle_message(self.now, message, flow);
        let Some(UaEvent::Request { id, message: request, flow }) = self.agent.poll_event() else {
            return None;
        };
        let aor = request.to().ok()?.uri().user_unescaped()?.into_owned();
        let known = self.users.get(&aor).map(std::slice::from_ref).unwrap_or_default();
        match self.verifier.verify_request(self.now, &self.terms, &request, known) {
            Verdict::Accepted => Some(Proven { id, aor, request, flow }),
            verdict => {
                let lines = self.verifier.challenge(self.now, &self.terms, verdict == Verdict::Stale);
                let challenge = |reply: Reply, line| reply.header("WWW-Authenticate", line);
                let reply = lines.into_iter().fold(Reply::status(401), challenge);
                self.agent.respond(self.now, id, reply);
                None
            }
        }
    }

    pub(super) fn accept(&mut self, id: RequestId, headers: Vec<(String, String)>) {
        self.agent.respond(self.now, id, Reply { status: 200, headers, ..Reply::default() });
    }

    /// The status of the response that was sent. Nothing else is.
    pub(super) fn sent(&mut self) -> Option<u16> {
        let response = self.agent.poll_transmit()?.bytes;
        std::str::from_utf8(response.get(8..11)?).ok()?.parse().ok()
    }
}
