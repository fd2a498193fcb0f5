//! The user agent behind the driver: its commands without the time, its events as a channel.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip_parser::{Message, ParseError};
use tokio::sync::{mpsc, oneshot};

use super::{Core, Handle, run_guarded};
use crate::guard::{Offence, SharedGuard};
use crate::hashing::Map;
use crate::location::Reach;
use crate::observer::MessageObserver;
use crate::transport::{self, BindError, Flow, ListenConfig, Protocol, SentBy, Transmit};
use crate::user_agent::{
    Body, Document, OutboundInvite, OutboundRequest, OutboundSubscribe, Reply, RequestFailure, RequestId,
    SessionId, SessionOptions, Standing, SubscriptionId, SubscriptionRecord, SubscriptionTerms, Termination,
    UaEvent, UserAgent, UserAgentConfig,
};

/// What the application hears of its user agent. Take them: while 4,096 wait, no message is read.
pub type UaEvents = mpsc::Receiver<UaEvent>;

/// How long a peer that we sent a request to is known to the guard: the longest that a transaction lasts.
const ANSWER_EXPECTED: Duration = Duration::from_secs(64);

/// Starts a user agent of its own task that listens on all of `listen`.
///
/// It runs until [`UserAgentHandle::shutdown`], or until the last handle is dropped. Must be called inside a tokio
/// runtime with I/O and time enabled.
///
/// # Errors
/// The first address that cannot be listened on, and what to do about it. Nothing stays open then.
pub async fn bind(
    config: UserAgentConfig,
    listen: Vec<ListenConfig>,
) -> Result<(UserAgentHandle, UaEvents), BindError> {
    bind_guarded(config, listen, None).await
}

/// [`bind`], with a guard at the door.
///
/// # Errors
/// As [`bind`].
pub async fn bind_guarded(
    config: UserAgentConfig,
    listen: Vec<ListenConfig>,
    guard: Option<SharedGuard>,
) -> Result<(UserAgentHandle, UaEvents), BindError> {
    let connections = config.connections.clone();
    let tcp_for_large_requests = config.tcp_for_large_requests;
    let user_agent = UserAgent::new(config);
    let core = Agent { user_agent, awaited: Map::default(), guard: guard.clone(), tcp_for_large_requests };
    let (handle, events) = run_guarded(core, &listen, connections, guard)?;
    let listening = handle.listening();
    handle.run(move |core, _| core.listens_on(&listening));
    Ok((UserAgentHandle { handle }, events))
}

/// The user agent, and the requests whose outcome a caller of [`UserAgentHandle::send_request`] awaits.
struct Agent {
    user_agent: UserAgent,
    awaited: Map<RequestId, oneshot::Sender<Result<Arc<Message>, RequestFailure>>>,
    /// Told of what cannot be read.
    guard: Option<SharedGuard>,
    tcp_for_large_requests: bool,
}

impl Agent {
    /// What the user agent must know of the addresses that are served.
    fn listens_on(&mut self, listening: &[ListenConfig]) {
        if self.tcp_for_large_requests {
            let tcp = listening.iter().filter(|listen| listen.protocol == Protocol::Tcp);
            self.user_agent.transactions().set_streams(tcp.map(|listen| listen.address).collect());
        }
        let translated = listening.iter().filter(|listen| listen.outside.is_some());
        self.user_agent.set_translated(translated.cloned().collect());
    }
}

impl Core for Agent {
    type Event = UaEvent;

    fn handle_message(&mut self, now: Instant, message: Arc<Message>, flow: Flow) {
        self.user_agent.handle_message(now, message, flow);
    }

    fn handle_malformed(&mut self, now: Instant, bytes: &[u8], error: &ParseError, flow: Flow) {
        self.user_agent.handle_malformed(now, bytes, error, flow);
    }

    fn handle_transport_error(&mut self, now: Instant, flow: &Flow) {
        self.user_agent.handle_transport_error(now, flow);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.user_agent.handle_timeout(now);
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        let transmit = self.user_agent.poll_transmit()?;
        if let Some(guard) = self.guard.as_ref().filter(|_| !transmit.bytes.starts_with(b"SIP/2.0 ")) {
            guard.welcome(transmit.flow.remote.ip(), ANSWER_EXPECTED);
        }
        Some(transmit)
    }

    fn poll_event(&mut self) -> Option<UaEvent> {
        loop {
            let event = self.user_agent.poll_event()?;
            if let (UaEvent::Malformed { flow, .. }, Some(guard)) = (&event, &self.guard) {
                guard.note(flow.remote.ip(), Offence::Malformed);
            }
            let UaEvent::Response { id, outcome } = event else { return Some(event) };
            match self.awaited.remove(&id) {
                // Whoever asked may have lost interest since.
                Some(asker) => drop(asker.send(outcome)),
                None => return Some(UaEvent::Response { id, outcome }),
            }
        }
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.user_agent.poll_timeout()
    }

    fn is_crowded(&self) -> bool {
        self.user_agent.is_half_full()
    }
}

/// A handle on a user agent that runs in a task of its own.
///
/// Commands return at once, and are carried out in the order in which they were given; what comes of them is told
/// by the [`UaEvents`]. After a shutdown they do nothing. Clones share the user agent; when the last one is
/// dropped, its sockets close.
#[derive(Clone, Debug)]
pub struct UserAgentHandle {
    handle: Handle<Agent>,
}

/// Calls.
impl UserAgentHandle {
    /// See [`UserAgent::invite`].
    pub fn invite(&self, id: SessionId, invite: OutboundInvite) {
        self.run(move |agent, now| agent.invite(now, id, invite));
    }

    /// See [`UserAgent::accept`].
    pub fn accept(&self, request: RequestId, id: SessionId, contact: String) {
        self.run(move |agent, now| agent.accept(now, request, id, contact));
    }

    /// See [`UserAgent::accept_with`].
    pub fn accept_with(&self, request: RequestId, id: SessionId, contact: String, options: SessionOptions) {
        self.run(move |agent, now| agent.accept_with(now, request, id, contact, options));
    }

    /// See [`UserAgent::progress`].
    pub fn progress(&self, id: SessionId, status: u16, body: Option<Body>, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.progress(now, id, status, body, headers));
    }

    /// See [`UserAgent::answer`].
    pub fn answer(&self, id: SessionId, body: Option<Body>, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.answer(now, id, body, headers));
    }

    /// See [`UserAgent::reject`].
    pub fn reject(&self, id: SessionId, status: u16, reason: Option<&str>, headers: Vec<(String, String)>) {
        let reason = reason.map(str::to_owned);
        self.run(move |agent, now| agent.reject(now, id, status, reason.as_deref(), headers));
    }

    /// See [`UserAgent::acknowledge`].
    pub fn acknowledge(&self, id: SessionId, body: Option<Body>) {
        self.run(move |agent, now| agent.acknowledge(now, id, body));
    }

    /// See [`UserAgent::hangup`].
    pub fn hangup(&self, id: SessionId, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.hangup(now, id, headers));
    }

    /// See [`UserAgent::farewell`].
    pub fn farewell(&self, id: SessionId, body: Body) {
        self.run(move |agent, now| agent.farewell(now, id, body));
    }

    /// See [`UserAgent::reinvite`].
    pub fn reinvite(&self, id: SessionId, body: Option<Body>, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.reinvite(now, id, body, headers));
    }

    /// See [`UserAgent::answer_reinvite`].
    pub fn answer_reinvite(&self, id: SessionId, answer: Result<Body, u16>) {
        self.run(move |agent, now| agent.answer_reinvite(now, id, answer));
    }

    /// See [`UserAgent::update`].
    pub fn update(&self, id: SessionId, body: Option<Body>, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.update(now, id, body, headers));
    }

    /// See [`UserAgent::answer_update`].
    pub fn answer_update(&self, id: SessionId, answer: Result<Body, u16>) {
        self.run(move |agent, now| agent.answer_update(now, id, answer));
    }

    /// See [`UserAgent::refer`].
    pub fn refer(&self, id: SessionId, refer_to: String, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.refer(now, id, &refer_to, headers));
    }

    /// See [`UserAgent::answer_refer`].
    pub fn answer_refer(&self, id: SessionId, refer: u32, answer: Result<(), u16>) {
        self.run(move |agent, now| agent.answer_refer(now, id, refer, answer));
    }

    /// See [`UserAgent::notify_refer`].
    pub fn notify_refer(&self, id: SessionId, refer: u32, status: u16, last: bool) {
        self.run(move |agent, now| agent.notify_refer(now, id, refer, status, last));
    }

    /// See [`UserAgent::message`].
    pub fn message(&self, id: SessionId, body: Body, headers: Vec<(String, String)>) {
        self.run(move |agent, now| agent.message(now, id, body, headers));
    }

    /// See [`UserAgent::notify_in_call`].
    pub fn notify_in_call(&self, id: SessionId, headers: Vec<(String, String)>, body: Option<Body>) {
        self.run(move |agent, now| agent.notify_in_call(now, id, headers, body));
    }

    /// See [`UserAgent::info`].
    pub fn info(&self, id: SessionId, body: Body) {
        self.run(move |agent, now| agent.info(now, id, body));
    }
}

/// Requests outside of calls.
impl UserAgentHandle {
    /// Sends a request whose outcome comes as [`UaEvent::Response`]. See [`UserAgent::request`].
    pub fn request(&self, id: RequestId, request: OutboundRequest) {
        self.run(move |agent, now| agent.request(now, id, request));
    }

    /// Sends a request and awaits its final response; no event tells of it.
    ///
    /// # Errors
    /// Why there is none. After a shutdown, [`RequestFailure::Stopped`].
    pub async fn send_request(&self, request: OutboundRequest) -> Result<Arc<Message>, RequestFailure> {
        let (asker, outcome) = oneshot::channel();
        self.handle.run(move |core, now| {
            let id = RequestId::next();
            core.awaited.insert(id, asker);
            core.user_agent.request(now, id, request);
        });
        outcome.await.unwrap_or(Err(RequestFailure::Stopped))
    }

    /// See [`UserAgent::respond`].
    pub fn respond(&self, id: RequestId, reply: Reply) {
        self.run(move |agent, now| agent.respond(now, id, reply));
    }

    /// See [`UserAgent::reply_by_via`].
    pub fn reply_by_via(&self, id: RequestId) {
        self.run(move |agent, _| agent.reply_by_via(id));
    }

    /// See [`UserAgent::say_on_success`].
    pub fn say_on_success(&self, id: RequestId, name: &'static str, value: String) {
        self.run(move |agent, _| agent.say_on_success(id, name, value));
    }
}

/// Subscriptions.
impl UserAgentHandle {
    /// See [`UserAgent::accept_subscription`].
    pub fn accept_subscription(&self, request: RequestId, id: SubscriptionId, terms: SubscriptionTerms) {
        self.run(move |agent, now| agent.accept_subscription(now, request, id, terms));
    }

    /// See [`UserAgent::restore_subscription`].
    pub fn restore_subscription(
        &self,
        id: SubscriptionId,
        record: SubscriptionRecord,
        terms: SubscriptionTerms,
        left: Duration,
        is_reachable: bool,
    ) {
        self.run(move |agent, now| {
            agent.restore_subscription(now, id, &record, terms, left, is_reachable);
        });
    }

    /// See [`UserAgent::notify`].
    pub fn notify(&self, id: SubscriptionId, standing: Standing, document: Document) {
        self.run(move |agent, now| agent.notify(now, id, standing, document));
    }

    /// See [`UserAgent::end_subscription`].
    pub fn end_subscription(&self, id: SubscriptionId, termination: Termination) {
        self.run(move |agent, now| agent.end_subscription(now, id, termination));
    }

    /// See [`UserAgent::subscribe`].
    pub fn subscribe(&self, id: SubscriptionId, subscribe: OutboundSubscribe) {
        self.run(move |agent, now| agent.subscribe(now, id, subscribe));
    }

    /// See [`UserAgent::unsubscribe`].
    pub fn unsubscribe(&self, id: SubscriptionId) {
        self.run(move |agent, now| agent.unsubscribe(now, id));
    }
}

/// The endpoint itself.
impl UserAgentHandle {
    /// Runs `command` on the user agent, soon; for what has no command of its own.
    pub fn run(&self, command: impl FnOnce(&mut UserAgent, Instant) + Send + 'static) {
        self.handle.run(move |core, now| command(&mut core.user_agent, now));
    }

    /// Asks the user agent something. None after a shutdown.
    pub async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut UserAgent, Instant) -> T + Send + 'static,
    ) -> Option<T> {
        self.handle.query(move |core, now| question(&mut core.user_agent, now)).await
    }

    /// See [`Handle::local_address`].
    pub fn local_address(&self, protocol: Protocol) -> Option<SocketAddr> {
        self.handle.local_address(protocol)
    }

    /// Every address that is served.
    pub fn listening(&self) -> Arc<Vec<ListenConfig>> {
        self.handle.listening()
    }

    /// See [`Handle::listen_on`].
    ///
    /// # Errors
    /// As there.
    pub async fn listen_on(&self, wanted: Vec<ListenConfig>) -> Result<(), BindError> {
        let outcome = self.handle.listen_on(wanted).await;
        let listening = self.handle.listening();
        self.handle.run(move |core, _| core.listens_on(&listening));
        outcome
    }

    /// See [`Handle::flow_to`].
    pub fn flow_to(&self, protocol: Protocol, remote: SocketAddr) -> Option<Flow> {
        self.handle.flow_to(protocol, remote)
    }

    /// See [`Handle::flow_to_host`].
    pub fn flow_to_host(&self, protocol: Protocol, remote: SocketAddr, name: &str) -> Option<Flow> {
        self.handle.flow_to_host(protocol, remote, name)
    }

    /// Our host and port as the peer of `flow` sees them: for a Contact.
    pub fn sent_by(&self, flow: &Flow) -> SentBy {
        transport::sent_by(&self.listening(), flow)
    }

    /// The address at which the peer of `flow` finds our media.
    pub fn media_address(&self, flow: &Flow) -> IpAddr {
        transport::media_address(&self.listening(), flow)
    }

    /// What our transports can reach, for a [`Locator`](crate::location::Locator).
    pub fn reach(&self) -> Reach {
        Reach::of(&self.listening())
    }

    /// See [`UserAgent::preferred`]. After a shutdown the flows come back as they are.
    pub async fn preferred(&self, flows: Vec<Flow>) -> Vec<Flow> {
        if flows.len() < 2 {
            return flows;
        }
        let given = flows.clone();
        self.query(move |agent, now| agent.preferred(now, given)).await.unwrap_or(flows)
    }

    /// See [`Handle::has_connection`].
    pub fn has_connection(&self, flow: &Flow) -> bool {
        self.handle.has_connection(flow)
    }

    /// See [`Handle::observe`].
    pub fn observe(&self, observer: Option<Arc<dyn MessageObserver>>) {
        self.handle.observe(observer);
    }

    /// Ends the user agent's task. What is queued on connections is still written; calls are not hung up.
    pub fn shutdown(&self) {
        self.handle.shutdown();
    }

    /// Waits until the task has ended.
    pub async fn closed(&self) {
        self.handle.closed().await;
    }
}
