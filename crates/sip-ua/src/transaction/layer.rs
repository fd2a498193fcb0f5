//! The transaction layer: matches messages to transactions, and keeps their time.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use sip_parser::{Message, ParseError};

use super::client::Client;
use super::deadlines::Deadlines;
use super::event::Name;
use super::malformed;
use super::server::Server;
use super::table::Table;
use super::{
    ClientTransactionId, Counters, Limits, ReplyRoute, ServerTransactionId, Timers, TransactionEvent,
};
use crate::hashing::{Fingerprint, Fingerprints, Set};
use crate::lingering::Lingering;
use crate::transport::{Flow, Transmit};

/// The transaction layer (RFC 3261 section 17): it makes requests and responses over lossy transports reliable,
/// absorbs what is repeated, and tells the user agent above it what is new.
///
/// It neither reads a clock nor touches a socket. Hand in one or more inputs (`handle_*`, or a command), then
/// drain [`poll_transmit`](Self::poll_transmit) and [`poll_event`](Self::poll_event), then sleep until
/// [`poll_timeout`](Self::poll_timeout).
///
/// ```text
///   handle_message --> matching --+--> client machine --+--> poll_event
///   send_request, respond --------+--> server machine --+--> poll_transmit
///   handle_timeout --> deadlines -+
/// ```
#[derive(Debug)]
pub struct TransactionLayer {
    pub(super) timers: Arc<Timers>,
    pub(super) limits: Limits,
    pub(super) reply_route: ReplyRoute,
    pub(super) clients: Table<Client>,
    pub(super) servers: Table<Server>,
    /// Those of `clients` and of `servers` that are answered.
    answered: Lingering<Name>,
    served: Lingering<Name>,
    /// Requests being served, by what stays the same over all the paths that they may take.
    pub(super) merges: Set<Fingerprint>,
    pub(super) deadlines: Deadlines,
    pub(super) transmits: VecDeque<Transmit>,
    pub(super) events: VecDeque<TransactionEvent>,
    pub(super) counters: Counters,
    /// Where requests that are too large for datagrams leave from.
    pub(super) streams: Vec<SocketAddr>,
    /// What keys are made with.
    pub(super) prints: Fingerprints,
    last_id: u64,
    hasher: RandomState,
}

impl TransactionLayer {
    /// A layer without transactions.
    pub fn new(timers: Timers, limits: Limits) -> Self {
        Self {
            timers: Arc::new(timers),
            limits,
            reply_route: ReplyRoute::default(),
            clients: Table::default(),
            servers: Table::default(),
            answered: Lingering::default(),
            served: Lingering::default(),
            merges: Set::default(),
            deadlines: Deadlines::default(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            streams: Vec::new(),
            prints: Fingerprints::default(),
            last_id: 0,
            hasher: RandomState::new(),
        }
    }

    /// Where responses go from now on, for requests over UDP that have yet to come. See
    /// [`route_reply`](Self::route_reply) for one that is here.
    pub fn set_reply_route(&mut self, route: ReplyRoute) {
        self.reply_route = route;
    }

    /// Requests of more than 1,300 octets that were to travel over UDP leave over TCP from now on, from that of these
    /// addresses whose family is theirs (RFC 3261 section 18.1.1). Where the peer takes no TCP they go over UDP after
    /// all. Without addresses, as at the beginning, all stay as they are.
    pub fn set_streams(&mut self, listening: Vec<SocketAddr>) {
        self.streams = listening;
    }

    /// Takes a message that came along `flow`.
    pub fn handle_message(&mut self, now: Instant, message: impl Into<Arc<Message>>, flow: Flow) {
        let message = message.into();
        if message.is_request() {
            self.handle_request(now, message, flow);
        } else {
            self.handle_response(now, message, flow);
        }
    }

    /// Takes bytes that came along `flow` and are no message: counts them, and replies where the error asks for it
    /// and the sender can recognise the reply. Nothing is ever sent for a response or an ACK.
    pub fn handle_malformed(&mut self, bytes: &[u8], error: &ParseError, flow: Flow) {
        self.refuse_malformed(bytes, error.status(), error.to_string(), flow);
    }

    pub(super) fn refuse_malformed(&mut self, bytes: &[u8], status: Option<u16>, reason: String, flow: Flow) {
        self.counters.malformed += 1;
        let tag = self.tag_for(&reason);
        let reply = status.and_then(|status| malformed::reply(bytes, status, &reason, &tag));
        let replied = reply.is_some().then_some(status).flatten();
        if let Some(bytes) = reply {
            self.transmit(flow, bytes);
        }
        self.events.push_back(TransactionEvent::Malformed { flow, reason, replied });
    }

    /// What was sent along `flow` did not arrive, or its connection has ended. All transactions with that peer
    /// hear of it.
    pub fn handle_transport_error(&mut self, now: Instant, flow: &Flow) {
        for id in self.clients.with_peer(flow) {
            self.client_failed(now, id);
        }
        for id in self.servers.with_peer(flow) {
            self.reroute_server(now, id);
        }
    }

    /// Advances the timers to `now`. Calling early is harmless.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.deadlines.pop_due(now, current(&self.clients, &self.servers)) {
            if let Some((client, wakes_at)) = self.clients.get_with_time(id) {
                *wakes_at = None;
                client.handle_timeout(now);
                self.settle_client(id);
            } else if let Some((server, wakes_at)) = self.servers.get_with_time(id) {
                *wakes_at = None;
                server.handle_timeout(now);
                self.settle_server(now, id);
            }
        }
        let living = self.clients.len() + self.servers.len();
        self.deadlines.tidy(living, current(&self.clients, &self.servers));
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) at the latest.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.deadlines.next(current(&self.clients, &self.servers))
    }

    /// The next message to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// Sends a keep-alive over a connection (RFC 5626 section 3.5.1): a double CRLF, which the peer answers with one. Over
    /// UDP nothing is sent, for there it would be STUN.
    pub fn keep_alive(&mut self, flow: Flow) {
        if flow.protocol.is_reliable() {
            self.transmits.push_back(Transmit { flow, bytes: Bytes::from_static(b"\r\n\r\n") });
        }
    }

    /// The next thing that the user agent must hear.
    pub fn poll_event(&mut self) -> Option<TransactionEvent> {
        self.events.pop_front()
    }

    /// The ACK of a 2xx has come, which the layer sees only as a message of its own: from now on the INVITE merely lingers.
    pub fn acknowledged(&mut self, id: ServerTransactionId) {
        self.let_server_linger(id.0);
    }

    /// Sends a message outside any transaction: the ACK for a 2xx, or a 2xx repeated after its transaction.
    pub fn send_stateless(&mut self, message: &Message, flow: Flow) {
        self.send_octets(message.as_bytes().clone(), flow);
    }

    /// The same for one that has just been written.
    pub(crate) fn send_octets(&mut self, message: Bytes, flow: Flow) {
        self.transmit(flow, message);
    }

    /// A branch for the `Via` of a new request: the magic cookie, and what nobody else can guess.
    pub fn new_branch(&mut self) -> String {
        let id = self.next_id();
        format!("{}{:016x}{id:x}", super::matching::MAGIC_COOKIE, self.hasher.hash_one(id))
    }

    /// What the layer has seen.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Client and server transactions that are alive, with those that only linger for what is repeated.
    pub fn active(&self) -> (usize, usize) {
        (self.clients.len(), self.servers.len())
    }

    /// Client and server transactions that are at work: those of [`active`](Self::active) that do not merely linger. These
    /// are what [`Limits`] bounds.
    pub fn at_work(&self) -> (usize, usize) {
        (self.clients.len() - self.answered.len(), self.servers.len() - self.served.len())
    }

    /// Entries of all tables: 0 when nothing is under way.
    pub(crate) fn filed(&self) -> usize {
        let queues = self.transmits.len() + self.events.len();
        self.clients.filed() + self.servers.filed() + self.merges.len() + queues
    }

    pub(super) fn transmit(&mut self, flow: Flow, bytes: Bytes) {
        self.transmits.push_back(Transmit { flow, bytes });
    }

    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// A `To` tag for replies that leave no state: the same whenever the same request comes again
    /// (RFC 3261 section 8.2.7).
    pub(super) fn tag_for(&self, text: impl Hash) -> String {
        format!("{:016x}", self.hasher.hash_one(text))
    }
}

impl Default for TransactionLayer {
    fn default() -> Self {
        Self::new(Timers::DEFAULT, Limits::DEFAULT)
    }
}

impl TransactionLayer {
    /// The way of a client transaction is closed; a large request tries the one that it would have taken otherwise.
    fn client_failed(&mut self, now: Instant, id: Name) {
        let Some(client) = self.clients.get_mut(id) else { return };
        match client.take_otherwise() {
            Some((request, flow)) => {
                *client = Client::new(now, request, flow, self.timers.clone());
                self.clients.set_peer(id, &flow);
            }
            None => client.handle_transport_error(),
        }
        self.settle_client(id);
    }

    /// Sends what a client transaction has to say, tells its failure, and lets it go if it is over.
    pub(super) fn settle_client(&mut self, id: Name) {
        let Some((client, wakes_at)) = self.clients.get_with_time(id) else { return };
        let flow = client.flow;
        if let Some(bytes) = client.poll_transmit() {
            self.transmits.push_back(Transmit { flow, bytes });
        }
        if let Some(failure) = client.poll_failure() {
            self.events.push_back(failure.event(ClientTransactionId(id)));
        }
        if client.is_terminated() {
            return self.remove_client(id);
        }
        if client.is_answered() {
            return self.let_client_linger(id);
        }
        self.deadlines.schedule(id, wakes_at, client.poll_timeout());
    }

    /// Nothing is awaited any more by a client transaction but what has come already.
    fn let_client_linger(&mut self, id: Name) {
        let Some((client, wakes_at)) = self.clients.get_with_time(id) else { return };
        let begins = !std::mem::replace(&mut client.lingers, true);
        if begins {
            *wakes_at = None; // nothing is sent again, so nothing has to wake sooner
        }
        let at = client.poll_timeout().map(|at| self.answered.sweep_after(at));
        self.deadlines.schedule(id, wakes_at, at);
        if !begins {
            return;
        }
        let limit = self.limits.lingering_transactions;
        let oldest = self.answered.begin(id, limit, |name| self.clients.get(name).is_some());
        oldest.into_iter().for_each(|oldest| self.remove_client(oldest));
    }

    fn remove_client(&mut self, id: Name) {
        if self.clients.remove(id).is_some_and(|client| client.lingers) {
            self.answered.ended();
        }
    }

    /// Sends what a server transaction has to say, and lets it go if it is over.
    pub(super) fn settle_server(&mut self, now: Instant, id: Name) {
        let Some((server, wakes_at)) = self.servers.get_with_time(id) else { return };
        let flow = server.road.flow();
        if server.poll_ack_missing(now) {
            self.events.push_back(TransactionEvent::AckMissing { id: ServerTransactionId(id) });
        }
        if let Some(bytes) = server.poll_transmit() {
            self.transmits.push_back(Transmit { flow, bytes });
        }
        if server.is_terminated() {
            return self.remove_server(id);
        }
        if server.is_answered() || server.lingers {
            return self.let_server_linger(id);
        }
        self.deadlines.schedule(id, wakes_at, server.poll_timeout());
    }

    /// Nothing is owed any more to the peer of a server transaction, but the same again if it asks again.
    fn let_server_linger(&mut self, id: Name) {
        let Some((server, wakes_at)) = self.servers.get_with_time(id) else { return };
        let begins = !std::mem::replace(&mut server.lingers, true);
        if begins {
            *wakes_at = None; // nothing is sent again, so nothing has to wake sooner
        }
        let at = server.poll_timeout().map(|at| self.served.sweep_after(at));
        self.deadlines.schedule(id, wakes_at, at);
        if !begins {
            return;
        }
        let limit = self.limits.lingering_transactions;
        let oldest = self.served.begin(id, limit, |name| self.servers.get(name).is_some());
        oldest.into_iter().for_each(|oldest| self.remove_server(oldest));
    }

    pub(super) fn remove_server(&mut self, id: Name) {
        let Some(server) = self.servers.remove(id) else { return };
        if server.lingers {
            self.served.ended();
        }
        if let Some(key) = server.merge_key {
            self.merges.remove(&key);
        }
    }
}

/// When a transaction of either side wants to be woken.
fn current<'t>(
    clients: &'t Table<Client>,
    servers: &'t Table<Server>,
) -> impl Fn(Name) -> Option<Instant> + use<'t> {
    |name| clients.wakes_at(name).or_else(|| servers.wakes_at(name))
}
