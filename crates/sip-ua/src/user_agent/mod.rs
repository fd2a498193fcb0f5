//! The user agent: calls and requests over the transaction layer, without I/O and without a clock.
//!
//! Meet [`UserAgent`] first, then [`UaEvent`], what it tells, and [`SessionEvent`], what it tells of a
//! call. `session/` holds the calls, each a state machine, `subscription/` what is watched (RFC 6665); `intake` decides
//! what is refused at the door.

// What an application says and hears.
mod command;
mod config;
mod event;
mod id;
mod options;
mod party;
mod peer_address;
mod security;
// Calls, and requests outside of them.
mod intake;
mod requests;
mod session;
mod subscription;
// What both are made of.
mod authentication;
mod avoided;
mod bodies;
mod commands;
mod common;
mod compose;
mod deadlines;
mod tokens;

use std::sync::Arc;
use std::time::Instant;

use sip_parser::{Message, Method, ParseError};

pub use command::{Alternative, Body, OutboundInvite, OutboundRequest, Reply, Series};
pub use config::UserAgentConfig;
pub use event::{EndReason, RequestFailure, SessionEvent, UaEvent};
pub use id::{RequestId, SessionId, SubscriptionId};
pub use options::{ReliablePolicy, SessionOptions, TimerMode, TimerPolicy};
pub use peer_address::PeerAddress;
pub use security::SecurityAgreement;
pub use subscription::{
    Document, EventId, OutboundSubscribe, Standing, SubscriptionEnd, SubscriptionEvent, SubscriptionRecord,
    SubscriptionTerms, Termination, TerminationReason,
};

use self::common::{Client, Common, Server};
use self::deadlines::Deadlines;
use self::intake::Arrival;
use self::requests::{Outgoing, Pending};
use self::session::Session;
use self::subscription::{Peers, Subscription};
use self::tokens::Tokens;
use crate::hashing::Map;
use crate::lingering::Lingering;
use crate::transaction::{ClientTransactionId, TransactionEvent};
use crate::transport::{Flow, ListenConfig, Transmit};

/// A SIP user agent (RFC 3261), client and server at once.
///
/// It neither reads a clock nor touches a socket. Hand in an input (`handle_*`) or a command, then drain
/// [`poll_transmit`](Self::poll_transmit) and [`poll_event`](Self::poll_event), then sleep until
/// [`poll_timeout`](Self::poll_timeout) and call [`handle_timeout`](Self::handle_timeout).
///
/// ```text
///   handle_message --> transactions --> intake --+--> session ----> poll_event
///                                                +--> pending ----> poll_event
///   commands --------> session, request ----------> transactions -> poll_transmit
/// ```
///
/// What it decides by itself, and what not:
/// - Challenges (401, 407) to what we send are answered with the credentials given, each realm once.
/// - Requests of a dialog go where the INVITE went, or where the peer's latest re-INVITE came from, not
///   where Contact points: a phone behind a NAT does not know its own address, and a proxy on the way
///   reads the Request-URI anyway.
/// - A request with an unknown method, an unknown Require, or a dialog that is not ours is refused here.
///   All else outside of dialogs reaches the application, which identifies its sender.
///
/// Two of them, joined by hand:
///
/// ```
/// use std::time::Instant;
/// use sip_parser::Message;
/// use sip_ua::transport::{Flow, Protocol};
/// use sip_ua::user_agent::{
///     Body, OutboundInvite, SessionEvent, SessionId, UaEvent, UserAgent, UserAgentConfig,
/// };
///
/// let now = Instant::now();
/// let mut alice = UserAgent::new(UserAgentConfig::new("alice/1"));
/// let mut bob = UserAgent::new(UserAgentConfig::new("bob/1"));
/// let towards_bob = Flow {
///     protocol: Protocol::Udp,
///     local: ([192, 0, 2, 1], 5060).into(),
///     remote: ([192, 0, 2, 2], 5060).into(),
/// };
/// let towards_alice = Flow { local: towards_bob.remote, remote: towards_bob.local, ..towards_bob };
///
/// let call = SessionId::next();
/// alice.invite(now, call, OutboundInvite {
///     target: "sip:bob@192.0.2.2".into(),
///     flow: towards_bob,
///     alternatives: vec![],
///     from: "<sip:alice@example.com>".into(),
///     to: "<sip:bob@example.com>".into(),
///     contact: "<sip:alice@192.0.2.1>".into(),
///     route: vec![],
///     headers: vec![],
///     body: Some(Body::sdp("v=0\r\n")),
///     credentials: vec![],
///     security: None,
///     options: Default::default(),
/// });
/// while let Some(datagram) = alice.poll_transmit() {
///     bob.handle_message(now, Message::parse(datagram.bytes)?, towards_alice);
/// }
/// if let Some(UaEvent::Request { id, .. }) = bob.poll_event() {
///     let taken = SessionId::next();
///     bob.accept(now, id, taken, "<sip:bob@192.0.2.2>".into());
///     bob.answer(now, taken, Some(Body::sdp("v=0\r\n")), vec![]);
/// }
/// while let Some(datagram) = bob.poll_transmit() {
///     alice.handle_message(now, Message::parse(datagram.bytes)?, towards_bob);
/// }
/// assert!(matches!(
///     alice.poll_event(),
///     Some(UaEvent::Session(id, SessionEvent::Answered { .. })) if id == call
/// ));
/// # Ok::<(), sip_parser::ParseError>(())
/// ```
pub struct UserAgent {
    common: Common,
    sessions: Map<SessionId, Box<Session>>,
    session_deadlines: Deadlines<SessionId>,
    /// Those of `sessions` that are over, and are kept for answers that come late.
    ended: Lingering<SessionId>,
    pending: Map<RequestId, Pending>,
    pending_deadlines: Deadlines<RequestId>,
    outgoing: Map<RequestId, Outgoing>,
    outgoing_deadlines: Deadlines<RequestId>,
    subscriptions: Map<SubscriptionId, Subscription>,
    subscription_deadlines: Deadlines<SubscriptionId>,
    peers: Peers,
}

impl UserAgent {
    /// A user agent with no sessions. Its tags and branches come from the operating system's randomness.
    ///
    /// # Panics
    /// When the operating system has no randomness to give.
    #[must_use]
    pub fn new(config: UserAgentConfig) -> UserAgent {
        UserAgent::with_tokens(config, Tokens::from_system())
    }

    /// The same with tags and branches that follow from `seed`: for tests and simulations alone, for
    /// whoever knows the seed can guess every tag.
    #[must_use]
    pub fn with_seed(config: UserAgentConfig, seed: [u8; 32]) -> UserAgent {
        UserAgent::with_tokens(config, Tokens::from_seed(seed))
    }

    fn with_tokens(config: UserAgentConfig, tokens: Tokens) -> UserAgent {
        UserAgent {
            common: Common::new(config, tokens),
            sessions: Map::default(),
            session_deadlines: Deadlines::new(),
            ended: Lingering::default(),
            pending: Map::default(),
            pending_deadlines: Deadlines::new(),
            outgoing: Map::default(),
            outgoing_deadlines: Deadlines::new(),
            subscriptions: Map::default(),
            subscription_deadlines: Deadlines::new(),
            peers: Peers::default(),
        }
    }

    /// Takes a message that came along `flow`.
    pub fn handle_message(&mut self, now: Instant, message: impl Into<Arc<Message>>, flow: Flow) {
        self.common.layer.handle_message(now, message, flow);
        self.settle(now);
    }

    /// Takes bytes that came along `flow` and are no message: counts them, and replies 400 where that is
    /// owed and possible.
    pub fn handle_malformed(&mut self, now: Instant, bytes: &[u8], error: &ParseError, flow: Flow) {
        self.common.layer.handle_malformed(bytes, error, flow);
        self.settle(now);
    }

    /// What was sent along `flow` did not arrive, or its connection has ended.
    pub fn handle_transport_error(&mut self, now: Instant, flow: &Flow) {
        self.common.layer.handle_transport_error(now, flow);
        self.settle(now);
        if flow.protocol.is_reliable() {
            self.common.events.push_back(UaEvent::Disconnected { flow: *flow });
        }
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.common.layer.handle_timeout(now);
        self.settle(now);
        while let Some(id) = self.session_deadlines.pop(now) {
            self.step(id, |session, common| session.handle_timeout(now, common));
        }
        while let Some(id) = self.pending_deadlines.pop(now) {
            self.expire_pending(now, id);
        }
        while let Some(id) = self.outgoing_deadlines.pop(now) {
            self.leave_silent_server(now, id);
        }
        while let Some(id) = self.subscription_deadlines.pop(now) {
            self.step_subscription(id, |subscription, common| subscription.handle_timeout(now, common));
        }
        self.settle(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        let own = [
            self.session_deadlines.next(),
            self.pending_deadlines.next(),
            self.outgoing_deadlines.next(),
            self.subscription_deadlines.next(),
        ];
        own.into_iter().chain([self.common.layer.poll_timeout()]).flatten().min()
    }

    /// The next message to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        let mut transmit = self.common.layer.poll_transmit()?;
        if self.common.config.compact_headers {
            transmit.bytes = sip_parser::compact(&transmit.bytes).into();
        }
        Some(transmit)
    }

    /// The next thing that the application must hear.
    pub fn poll_event(&mut self) -> Option<UaEvent> {
        self.common.events.pop_front()
    }

    /// Sessions, with those that are over and linger for late answers, and requests that wait for the application's reply.
    #[must_use]
    pub fn active(&self) -> (usize, usize) {
        (self.sessions.len(), self.pending.len())
    }

    /// Whether requests of others that are at work fill half of what there is room for.
    #[must_use]
    pub fn is_half_full(&self) -> bool {
        let config = &self.common.config;
        let (_, servers) = self.common.layer.at_work();
        servers > config.limits.server_transactions / 2
            || self.pending.len() > config.max_pending_requests / 2
    }

    /// What messages say of us is as in `config` from now on: `user_agent`, `supported`, `max_forwards`, `compact_headers` and
    /// `asks_rport`. Timers, bounds and connections stay as they were.
    pub fn say(&mut self, config: &UserAgentConfig) {
        self.common.say(config);
    }

    /// The sockets of ours that peers beyond a translator see otherwise than we do, for Via.
    pub fn set_translated(&mut self, sockets: Vec<ListenConfig>) {
        self.common.translated = sockets;
    }

    /// Entries of all tables, but for the servers that are avoided for a while: 0 when nothing is under way.
    pub(crate) fn filed(&self) -> usize {
        let common = &self.common;
        let own = self.sessions.len() + self.pending.len() + self.outgoing.len() + self.subscriptions.len();
        let shared = common.clients.len() + common.invites.len() + common.events.len();
        let tags = common.tags.len() + common.subscription_tags.len();
        own + shared + tags + self.peers.len() + common.layer.filed()
    }

    /// The transaction layer below, for its counters and settings.
    pub fn transactions(&mut self) -> &mut crate::transaction::TransactionLayer {
        &mut self.common.layer
    }
}

impl UserAgent {
    /// Deals with all that the transaction layer reports.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.common.layer.poll_event() {
            self.handle_event(now, event);
        }
    }

    fn handle_event(&mut self, now: Instant, event: TransactionEvent) {
        match event {
            TransactionEvent::Request { id, request, flow, merged } => {
                self.take_in(now, Arrival { id, request, flow }, merged);
            }
            TransactionEvent::Cancel { invite, request, .. } => self.handle_cancel(now, invite, request),
            TransactionEvent::Ack { request, .. } => self.handle_ack(now, request),
            TransactionEvent::Response { id, response, .. } => self.handle_response(now, id, response),
            TransactionEvent::TimedOut { id } => self.handle_failure(now, id, RequestFailure::TimedOut),
            TransactionEvent::TransportFailed { id } => {
                self.handle_failure(now, id, RequestFailure::TransportFailed);
            }
            TransactionEvent::StrayResponse { response, .. } => self.handle_stray(now, &response),
            TransactionEvent::Malformed { flow, reason, replied } => {
                self.common.events.push_back(UaEvent::Malformed { flow, problem: reason, replied });
            }
            // A reply that did not arrive is asked for again; a refusal without an ACK ends nothing.
            _ => {}
        }
    }

    /// Lets a session take one step, then files its next deadline or lets it go.
    fn step(&mut self, id: SessionId, step: impl FnOnce(&mut Session, &mut Common)) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        step(session, &mut self.common);
        if session.is_gone() {
            return self.forget_session(id);
        }
        let mut deadline = session.deadline();
        if session.is_over() {
            deadline = deadline.map(|at| self.ended.sweep_after(at));
        }
        self.session_deadlines.set(id, deadline);
        if session.is_over() && !std::mem::replace(&mut session.lingers, true) {
            let limit = self.common.config.max_sessions;
            let oldest = self.ended.begin(id, limit, |id| self.sessions.contains_key(&id));
            oldest.into_iter().for_each(|oldest| self.forget_session(oldest));
        }
    }

    fn forget_session(&mut self, id: SessionId) {
        let Some(session) = self.sessions.remove(&id) else { return };
        self.common.tags.remove(&session.base.tag);
        self.session_deadlines.set(id, None);
        if session.lingers {
            self.ended.ended();
        }
    }

    /// Whether there is no room for another call.
    fn is_full_of_sessions(&self) -> bool {
        self.sessions.len() - self.ended.len() >= self.common.config.max_sessions
    }

    fn handle_cancel(
        &mut self,
        now: Instant,
        invite: crate::transaction::ServerTransactionId,
        cancel: Arc<Message>,
    ) {
        match self.common.invites.get(&invite).copied() {
            Some(Server::Pending(id)) => self.cancel_pending(now, id, cancel),
            Some(Server::Session(id)) => {
                self.step(id, |session, common| session.handle_cancel(now, common, invite, cancel));
            }
            None => {}
        }
    }

    fn handle_ack(&mut self, now: Instant, ack: Arc<Message>) {
        let session = ack.to_tag().and_then(|tag| self.common.tags.get(tag).copied());
        if let Some(id) = session {
            self.step(id, |session, common| session.handle_ack(now, common, ack));
        }
    }

    fn handle_response(&mut self, now: Instant, id: ClientTransactionId, response: Arc<Message>) {
        let last = response.status().is_some_and(|status| status >= 200);
        let client =
            if last { self.common.clients.remove(&id) } else { self.common.clients.get(&id).copied() };
        match client {
            Some(Client::Session(session)) if self.sessions.contains_key(&session) => {
                self.step(session, |session, common| session.handle_response(now, common, id, response));
            }
            Some(Client::Session(_)) => self.common.take_back(now, id),
            Some(Client::Request(request)) => self.handle_request_response(now, request, response),
            Some(Client::Subscription(subscription)) => {
                self.step_subscription(subscription, |subscription, common| {
                    subscription.handle_response(now, common, id, &response);
                });
            }
            None => self.handle_stray(now, &response),
        }
    }

    fn handle_failure(&mut self, now: Instant, id: ClientTransactionId, failure: RequestFailure) {
        match self.common.clients.remove(&id) {
            Some(Client::Session(session)) => {
                self.step(session, |session, common| session.handle_failure(now, common, id, failure));
            }
            Some(Client::Request(request)) => self.handle_request_failure(now, request, failure),
            Some(Client::Subscription(subscription)) => {
                self.step_subscription(subscription, |subscription, common| {
                    subscription.handle_failure(now, common, id, failure);
                });
            }
            None => {}
        }
    }

    /// A response that nobody waits for. Only a 2xx to an INVITE asks for something.
    fn handle_stray(&mut self, now: Instant, response: &Message) {
        let is_answer = response.status().is_some_and(|status| matches!(status, 200..=299))
            && response.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
        let from = response.from().ok().filter(|_| is_answer);
        let session = from.and_then(|from| self.common.tags.get(from.tag()?).copied());
        if let Some(id) = session {
            self.step(id, |session, common| session.handle_stray_answer(now, common, response));
        }
    }
}
