//! The network between two agents, and its clock.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_parser::{Message, Method};

use super::responses::Responses;
use crate::transaction::Limits;
use crate::transport::{Flow, Protocol};
use crate::user_agent::{UaEvent, UserAgent, UserAgentConfig};

/// Messages that were sent last, for those that come again.
const HISTORY: usize = 64;
/// Messages that are on their way at most; the network loses more of them.
const ROOM: usize = 128;
/// The time that a message takes.
const DELAY: Duration = Duration::from_millis(1);
/// Times that something may happen without that the clock moves.
const SPINS: u32 = 2_000;

const TRANSACTIONS: usize = 40;
const SESSIONS: usize = 8;
const PENDING: usize = 8;
const SUBSCRIPTIONS: usize = 6;

/// A message on its way.
struct Flying {
    arrives: Instant,
    to: usize,
    octets: Bytes,
}

/// Two agents and what flies between them.
pub(super) struct Network {
    now: Instant,
    agents: [UserAgent; 2],
    heard: [VecDeque<UaEvent>; 2],
    responses: [Responses; 2],
    flying: Vec<Flying>,
    sent: VecDeque<(usize, Bytes)>,
    protocol: Protocol,
    /// Nothing arrives any more.
    pub(super) is_cut: bool,
    spins: u32,
    count: u32,
}

impl Network {
    pub(super) fn new(protocol: Protocol) -> Network {
        Network {
            now: Instant::now(),
            agents: [1, 2].map(|seed| UserAgent::with_seed(config(), [seed; 32])),
            heard: Default::default(),
            responses: Default::default(),
            flying: Vec::new(),
            sent: VecDeque::new(),
            protocol,
            is_cut: false,
            spins: 0,
            count: 0,
        }
    }

    /// The way from an agent to the other one.
    pub(super) fn flow(&self, from: usize) -> Flow {
        Flow { protocol: self.protocol, local: address(from), remote: address(1 - from) }
    }

    /// Messages that were sent so far.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Messages that are on their way.
    pub(super) fn flying(&self) -> usize {
        self.flying.len()
    }

    /// One of the messages that were sent last, the latest at 0, and whom it was for.
    pub(super) fn earlier(&self, place: usize) -> Option<(usize, Bytes)> {
        let place = place.min(self.sent.len().checked_sub(1)?);
        self.sent.iter().rev().nth(place).cloned()
    }

    /// The next thing that an agent has told its application.
    pub(super) fn next_event(&mut self, agent: usize) -> Option<UaEvent> {
        self.heard[agent].pop_front()
    }

    /// A command to one of the agents.
    pub(super) fn tell(&mut self, agent: usize, command: impl FnOnce(&mut UserAgent, Instant)) {
        command(&mut self.agents[agent], self.now);
        self.collect();
    }

    /// Changes a message that flies.
    pub(super) fn change(&mut self, place: usize, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(flying) = self.flying.get_mut(place) {
            let mut octets = flying.octets.to_vec();
            change(&mut octets);
            flying.octets = octets.into();
        }
    }

    /// Loses a message that flies.
    pub(super) fn lose(&mut self, place: usize) {
        if place < self.flying.len() {
            self.flying.remove(place);
        }
    }

    /// Lets a message that flies arrive twice, the second time after all others.
    pub(super) fn double(&mut self, place: usize) {
        if let Some(Flying { to, octets, .. }) = self.flying.get(place) {
            self.fly(*to, octets.clone());
        }
    }

    /// Lets a message that flies arrive before all others.
    pub(super) fn deliver(&mut self, place: usize) {
        if place < self.flying.len() {
            let Flying { to, octets, .. } = self.flying.remove(place);
            self.hand_over(to, octets);
        }
    }

    /// Octets that arrive as if they came from the other agent.
    pub(super) fn hand_over(&mut self, to: usize, octets: Bytes) {
        let flow = self.flow(to);
        let before = self.agents[to].transactions().counters();
        let parsed = Message::parse(octets.clone());
        let message = parsed.as_ref().ok().cloned();
        match parsed {
            Ok(message) => self.agents[to].handle_message(self.now, message, flow),
            Err(error) => self.agents[to].handle_malformed(self.now, &octets, &error, flow),
        }
        let after = self.agents[to].transactions().counters();
        self.responses[to].note_arrival(message.as_ref(), before, after);
        self.collect();
        self.responses[to].note_silence();
    }

    /// The connection of an agent ends, and what was on its way to it is lost. The other side learns it or not.
    pub(super) fn break_connection(&mut self, agent: usize, both: bool) {
        self.flying.retain(|flying| flying.to != agent);
        for side in if both { vec![agent, 1 - agent] } else { vec![agent] } {
            let flow = self.flow(side);
            self.tell(side, |agent, now| agent.handle_transport_error(now, &flow));
        }
    }

    /// Lets some time pass.
    pub(super) fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(next) = self.next_moment().filter(|next| *next <= end) {
            self.pass_to(next);
        }
        self.now = self.now.max(end);
    }

    /// Lets time pass until the next message arrives or an agent wakes, if that is soon enough.
    pub(super) fn run_to_next(&mut self, soon: Duration) {
        if let Some(next) = self.next_moment().filter(|next| *next <= self.now + soon) {
            self.pass_to(next);
        }
    }

    fn next_moment(&mut self) -> Option<Instant> {
        let arrival = self.flying.iter().map(|flying| flying.arrives).min();
        let timeouts = self.agents.iter_mut().filter_map(UserAgent::poll_timeout);
        timeouts.chain(arrival).min()
    }

    /// What is due at `moment` happens.
    fn pass_to(&mut self, moment: Instant) {
        self.spins = if moment > self.now { 0 } else { self.spins + 1 };
        assert!(self.spins < SPINS, "something happens again and again at one moment");
        self.now = self.now.max(moment);
        let due = self.flying.iter().position(|flying| flying.arrives <= self.now);
        if let Some(place) = due {
            return self.deliver(place);
        }
        for agent in 0..self.agents.len() {
            if self.agents[agent].poll_timeout().is_some_and(|at| at <= self.now) {
                self.tell(agent, UserAgent::handle_timeout);
                let next = self.agents[agent].poll_timeout();
                assert!(next.is_none_or(|next| next > self.now), "a deadline was served and is still due");
            }
        }
    }

    /// Takes what the agents send and tell.
    fn collect(&mut self) {
        for agent in 0..self.agents.len() {
            while let Some(transmit) = self.agents[agent].poll_transmit() {
                assert!(transmit.flow.protocol == self.protocol, "sent by another protocol");
                if transmit.bytes[..] != b"\r\n\r\n"[..] {
                    self.send(agent, transmit.bytes);
                }
            }
            while let Some(event) = self.agents[agent].poll_event() {
                self.heard[agent].push_back(event);
            }
            check_limits(&mut self.agents[agent]);
        }
    }

    fn send(&mut self, from: usize, octets: Bytes) {
        let message = Message::parse(octets.clone());
        assert!(message.is_ok(), "what was sent cannot be read: {:?}", String::from_utf8_lossy(&octets));
        if let Ok(message) = message {
            self.responses[from].note_sent(&message);
        }
        self.count += 1;
        self.sent.push_back((1 - from, octets.clone()));
        if self.sent.len() > HISTORY {
            self.sent.pop_front();
        }
        self.fly(1 - from, octets);
    }

    fn fly(&mut self, to: usize, octets: Bytes) {
        if self.flying.len() < ROOM && !self.is_cut {
            self.flying.push(Flying { arrives: self.now + DELAY, to, octets });
        }
    }

    /// # Panics
    /// When something is left of what the agents did.
    pub(super) fn check_silence(&mut self) {
        for agent in &mut self.agents {
            assert_eq!(agent.active(), (0, 0), "sessions and pending requests are left");
            assert_eq!(agent.subscriptions(), 0, "subscriptions are left");
            assert_eq!(agent.transactions().active(), (0, 0), "transactions are left");
            assert_eq!(agent.poll_timeout(), None, "a deadline is left");
            assert_eq!(agent.filed(), 0, "entries of tables are left");
        }
    }
}

/// Where an agent is.
pub(super) fn address(agent: usize) -> SocketAddr {
    let last = if agent == 0 { 1 } else { 2 };
    (Ipv4Addr::new(192, 0, 2, last), 5060).into()
}

/// Agents that know all that there is, with little room.
fn config() -> UserAgentConfig {
    let mut config = UserAgentConfig::new("fuzzed");
    config.allow.extend([Method::Subscribe, Method::Publish]);
    config.event_packages = vec!["dialog".to_owned(), "refer".to_owned()];
    config.limits = Limits::DEFAULT
        .with_server_transactions(TRANSACTIONS)
        .with_client_transactions(TRANSACTIONS)
        .with_lingering_transactions(TRANSACTIONS);
    config.max_sessions = SESSIONS;
    config.max_pending_requests = PENDING;
    config.max_subscriptions = SUBSCRIPTIONS;
    config.max_subscriptions_per_peer = SUBSCRIPTIONS;
    config
}

fn check_limits(agent: &mut UserAgent) {
    let (sessions, pending) = agent.active();
    let (clients, servers) = agent.transactions().at_work();
    let (all_clients, all_servers) = agent.transactions().active();
    assert!(pending <= PENDING, "{pending} requests wait");
    // What waits may still be accepted.
    assert!(sessions <= 2 * SESSIONS + PENDING, "{sessions} sessions");
    assert!(agent.subscriptions() <= SUBSCRIPTIONS + PENDING, "{} subscriptions", agent.subscriptions());
    assert!(clients <= TRANSACTIONS, "{clients} client transactions");
    assert!(servers <= TRANSACTIONS, "{servers} server transactions");
    // As many again linger.
    assert!(all_clients <= 2 * TRANSACTIONS, "{all_clients} client transactions in all");
    assert!(all_servers <= 2 * TRANSACTIONS, "{all_servers} server transactions in all");
}
