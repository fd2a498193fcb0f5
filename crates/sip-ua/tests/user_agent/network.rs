//! Two or more user agents on a simulated network with a clock of its own: nothing here sleeps, and a
//! seed decides what is lost, doubled and late.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_parser::Message;
use sip_ua::transport::{Flow, Protocol};
use sip_ua::user_agent::{
    Body, OutboundInvite, RequestId, SessionEvent, SessionId, UaEvent, UserAgent, UserAgentConfig,
};

pub(crate) const ALICE: usize = 0;
pub(crate) const BOB: usize = 1;
pub(crate) const CAROL: usize = 2;

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// What the network does to a datagram, in percent.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    /// Milliseconds that a datagram may be late, on top of the usual one.
    pub(crate) late: u64,
}

/// A reproducible source of chance (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }
}

pub(crate) struct Network {
    pub(crate) now: Instant,
    pub(crate) agents: Vec<UserAgent>,
    pub(crate) events: Vec<Vec<UaEvent>>,
    pub(crate) protocol: Protocol,
    pub(crate) weather: Weather,
    pub(crate) chance: Chance,
    /// One line a message that was sent, lost or not.
    pub(crate) ladder: Vec<String>,
    /// The messages behind the ladder.
    pub(crate) sent: Vec<Message>,
    /// Beginnings of ladder lines whose next message is lost.
    pub(crate) lose: Vec<&'static str>,
    /// Agents that nothing reaches.
    pub(crate) deaf: Vec<usize>,
    /// Agents towards whom sending fails.
    pub(crate) unreachable: Vec<usize>,
    flying: BTreeMap<(Instant, u64), (usize, Bytes, Flow)>,
    serial: u64,
}

pub(crate) fn address(agent: usize) -> SocketAddr {
    let last = u8::try_from(agent + 1).unwrap_or(255);
    (Ipv4Addr::new(192, 0, 2, last), 5060).into()
}

impl Network {
    pub(crate) fn new() -> Network {
        Network::with_weather(Weather::default(), 0)
    }

    pub(crate) fn with_weather(weather: Weather, seed: u64) -> Network {
        let now = Instant::now();
        let agent = |index: u8| {
            let config = UserAgentConfig::new(NAMES[usize::from(index)]);
            UserAgent::with_seed(config, [index + 1 + u8::try_from(seed % 100).unwrap_or(0); 32])
        };
        Network {
            now,
            agents: vec![agent(0), agent(1)],
            events: vec![Vec::new(), Vec::new()],
            protocol: Protocol::Udp,
            weather,
            chance: Chance(seed),
            ladder: Vec::new(),
            sent: Vec::new(),
            lose: Vec::new(),
            deaf: Vec::new(),
            unreachable: Vec::new(),
            flying: BTreeMap::new(),
            serial: 0,
        }
    }

    /// A network with a third one.
    pub(crate) fn with_carol() -> Network {
        let mut network = Network::new();
        network.agents.push(UserAgent::with_seed(UserAgentConfig::new(NAMES[CAROL]), [9; 32]));
        network.events.push(Vec::new());
        network
    }

    pub(crate) fn flow(&self, from: usize, to: usize) -> Flow {
        Flow { protocol: self.protocol, local: address(from), remote: address(to) }
    }

    /// A command to one of the agents.
    pub(crate) fn tell(&mut self, agent: usize, command: impl FnOnce(&mut UserAgent, Instant)) {
        command(&mut self.agents[agent], self.now);
        self.collect();
    }

    /// Bytes that arrive at an agent as if another had sent them.
    pub(crate) fn inject(&mut self, from: usize, to: usize, text: &str) {
        self.inject_bytes(from, to, text.replace('\n', "\r\n").as_bytes());
    }

    /// The same without a line end touched.
    pub(crate) fn inject_bytes(&mut self, from: usize, to: usize, bytes: &[u8]) {
        self.fly(to, Bytes::copy_from_slice(bytes), self.flow(to, from), 1);
    }

    /// Lets some time pass.
    pub(crate) fn run(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while self.step(end) {}
        self.now = end;
    }

    /// One thing that happens until `end`, if there is one.
    fn step(&mut self, end: Instant) -> bool {
        let arrival = self.flying.first_key_value().map(|((at, _), _)| *at);
        let timeouts: Vec<_> = self.agents.iter_mut().map(UserAgent::poll_timeout).collect();
        let next = timeouts.iter().flatten().copied().chain(arrival).min();
        let Some(next) = next.filter(|at| *at <= end) else { return false };
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some((_, (to, bytes, flow))) = self.flying.pop_first() {
                self.deliver(to, bytes, flow);
            }
        } else {
            for (agent, at) in self.agents.iter_mut().zip(timeouts) {
                if at.is_some_and(|at| at <= self.now) {
                    agent.handle_timeout(self.now);
                }
            }
        }
        self.collect();
        true
    }

    fn deliver(&mut self, to: usize, bytes: Bytes, flow: Flow) {
        match Message::parse(bytes.clone()) {
            Ok(message) => self.agents[to].handle_message(self.now, message, flow),
            Err(error) => self.agents[to].handle_malformed(self.now, &bytes, &error, flow),
        }
    }

    fn collect(&mut self) {
        for from in 0..self.agents.len() {
            while let Some(transmit) = self.agents[from].poll_transmit() {
                self.send(from, transmit.bytes, transmit.flow);
            }
            while let Some(event) = self.agents[from].poll_event() {
                self.events[from].push(event);
            }
        }
    }

    fn send(&mut self, from: usize, bytes: Bytes, flow: Flow) {
        let Some(to) = (0..self.agents.len()).find(|agent| address(*agent) == flow.remote) else { return };
        let message = Message::parse(bytes.clone()).expect("what we send can be read");
        let line = line(from, to, &message);
        self.sent.push(message);
        let doomed = self.lose.iter().position(|pattern| line.starts_with(pattern));
        self.ladder.push(if doomed.is_some() { format!("{line} (lost)") } else { line });
        let back = self.flow(to, from);
        if self.unreachable.contains(&to) {
            let flow = self.flow(from, to);
            self.agents[from].handle_transport_error(self.now, &flow);
            return;
        }
        if self.deaf.contains(&to) {
            return;
        }
        if let Some(index) = doomed {
            self.lose.remove(index);
            return;
        }
        if self.chance.below(100) < self.weather.lost {
            return;
        }
        let copies = 1 + u64::from(self.chance.below(100) < self.weather.doubled);
        for _ in 0..copies {
            let late = self.chance.below(self.weather.late + 1);
            self.fly(to, bytes.clone(), back, 1 + late);
        }
    }

    fn fly(&mut self, to: usize, bytes: Bytes, flow: Flow, milliseconds: u64) {
        self.serial += 1;
        self.flying.insert((self.now + Duration::from_millis(milliseconds), self.serial), (to, bytes, flow));
    }

    /// Whether nothing is left: no session, no request, no transaction, no timer.
    pub(crate) fn is_silent(&mut self) -> bool {
        self.agents.iter_mut().all(|agent| {
            let transactions = agent.transactions().active();
            agent.active() == (0, 0) && transactions == (0, 0) && agent.poll_timeout().is_none()
        })
    }
}

/// What the tests say and ask.
impl Network {
    /// Alice calls Bob with an offer.
    pub(crate) fn call(&mut self) -> SessionId {
        let invite = self.invite();
        self.call_with(invite)
    }

    pub(crate) fn call_with(&mut self, invite: OutboundInvite) -> SessionId {
        let id = SessionId::next();
        self.tell(ALICE, |agent, now| agent.invite(now, id, invite));
        self.run(10);
        id
    }

    pub(crate) fn invite(&self) -> OutboundInvite {
        OutboundInvite {
            target: "sip:bob@192.0.2.2".to_owned(),
            flow: self.flow(ALICE, BOB),
            alternatives: Vec::new(),
            from: "\"Alice\" <sip:alice@example.com>".to_owned(),
            to: "<sip:bob@example.com>".to_owned(),
            contact: "<sip:alice@192.0.2.1:5060>".to_owned(),
            route: Vec::new(),
            headers: Vec::new(),
            body: Some(offer("alice")),
            credentials: Vec::new(),
            security: None,
            options: Default::default(),
        }
    }

    /// Bob takes the request that came last.
    pub(crate) fn take(&mut self) -> SessionId {
        self.take_at(BOB)
    }

    pub(crate) fn take_at(&mut self, callee: usize) -> SessionId {
        let request = self.request(callee).expect("a request came");
        let id = SessionId::next();
        let contact = format!("<sip:{}@{}>", NAMES[callee], address(callee));
        self.tell(callee, |agent, now| agent.accept(now, request, id, contact));
        id
    }

    pub(crate) fn ring(&mut self, id: SessionId) {
        self.tell(BOB, |agent, now| agent.progress(now, id, 180, None, Vec::new()));
        self.run(10);
    }

    pub(crate) fn answer(&mut self, id: SessionId) {
        self.answer_at(BOB, id);
    }

    pub(crate) fn answer_at(&mut self, callee: usize, id: SessionId) {
        self.tell(callee, |agent, now| agent.answer(now, id, Some(offer(NAMES[callee])), Vec::new()));
        self.run(10);
    }

    pub(crate) fn hangup(&mut self, agent: usize, id: SessionId) {
        self.tell(agent, |agent, now| agent.hangup(now, id, Vec::new()));
        self.run(10);
    }

    /// A call that both sides believe in, with a clean ladder and no events.
    pub(crate) fn connect(&mut self) -> (SessionId, SessionId) {
        let alice = self.call();
        let bob = self.take();
        self.answer(bob);
        self.forget();
        (alice, bob)
    }

    pub(crate) fn forget(&mut self) {
        self.ladder.clear();
        self.sent.clear();
        self.events.iter_mut().for_each(Vec::clear);
    }

    pub(crate) fn request(&self, agent: usize) -> Option<RequestId> {
        self.events[agent].iter().rev().find_map(|event| match event {
            UaEvent::Request { id, .. } => Some(*id),
            _ => None,
        })
    }

    /// What an agent has heard of its sessions since the last time, in words.
    pub(crate) fn heard(&mut self, agent: usize) -> Vec<String> {
        let events = std::mem::take(&mut self.events[agent]);
        events
            .iter()
            .filter_map(|event| match event {
                UaEvent::Session(_, event) => Some(words(event)),
                UaEvent::Response { outcome, .. } => Some(match outcome {
                    Ok(message) => format!("response {}", message.status().unwrap_or(0)),
                    Err(failure) => format!("{failure:?}"),
                }),
                _ => None,
            })
            .collect()
    }
}

pub(crate) fn offer(who: &str) -> Body {
    Body::sdp(format!("v=0\r\no={who} 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"))
}

fn line(from: usize, to: usize, message: &Message) -> String {
    let (from, to) = (NAMES[from], NAMES[to]);
    let what = match message.method() {
        Some(method) => method.to_string(),
        None => {
            let method = message.cseq().map(|cseq| cseq.method.to_string()).unwrap_or_default();
            format!("{} {} ({method})", message.status().unwrap_or(0), message.reason())
        }
    };
    format!("{from} -> {to}: {what}")
}

fn words(event: &SessionEvent) -> String {
    match event {
        SessionEvent::Provisional { status, .. } => format!("provisional {status}"),
        SessionEvent::Answered { .. } => "answered".to_owned(),
        SessionEvent::Established { .. } => "established".to_owned(),
        SessionEvent::Failed { status, .. } => format!("failed {status}"),
        SessionEvent::Cancelled { .. } => "cancelled".to_owned(),
        SessionEvent::Reinvite { .. } => "reinvite".to_owned(),
        SessionEvent::ReinviteConfirmed { .. } => "reinvite confirmed".to_owned(),
        SessionEvent::ReinviteCancelled => "reinvite cancelled".to_owned(),
        SessionEvent::ReinviteAnswered { .. } => "reinvite answered".to_owned(),
        SessionEvent::ReinviteFailed { status } => format!("reinvite failed {status}"),
        SessionEvent::Info { .. } => "info".to_owned(),
        SessionEvent::Ended { reason, .. } => format!("ended {reason:?}"),
        other => format!("{other:?}"),
    }
}
