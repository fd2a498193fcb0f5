//! Two layers joined by a network that loses, doubles and delays, as a seed decides.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip_parser::{Message, Method};
use sip_ua::{ClientTransactionId, Flow, ServerTransactionId, TransactionEvent, TransactionLayer};

use crate::bench::{message, parse, request, response, tcp, udp};

/// Chance that follows from a seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// What can happen at a moment.
enum Happening {
    Arrival {
        at_server: bool,
        bytes: Bytes,
    },
    Reply {
        id: ServerTransactionId,
        request: Arc<Message>,
        status: u16,
    },
    /// The server's user agent repeats its 2xx (RFC 3261 section 13.3.1.4).
    Repeat {
        id: ServerTransactionId,
        response: Message,
        interval: Duration,
        until: Instant,
    },
}

/// Both ends, the network, and all that the user agents above have seen.
struct World {
    now: Instant,
    flow: Flow,
    chance: Chance,
    client: TransactionLayer,
    server: TransactionLayer,
    future: BTreeMap<(Instant, u64), Happening>,
    serial: u64,
    /// How each client transaction ended.
    ends: HashMap<ClientTransactionId, Vec<&'static str>>,
    /// How often the server's user agent heard of each Call-ID.
    heard: HashMap<String, u32>,
    /// Call-IDs that were acknowledged.
    acknowledged: Vec<String>,
}

impl World {
    fn new(flow: Flow, seed: u64) -> Self {
        Self {
            now: Instant::now(),
            flow,
            chance: Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            client: TransactionLayer::default(),
            server: TransactionLayer::default(),
            future: BTreeMap::new(),
            serial: 0,
            ends: HashMap::new(),
            heard: HashMap::new(),
            acknowledged: vec![],
        }
    }

    fn plan(&mut self, after: Duration, happening: Happening) {
        self.serial += 1;
        self.future.insert((self.now + after, self.serial), happening);
    }

    fn start(&mut self, number: u32, method: &str) {
        let branch = self.client.new_branch();
        let text = request(method, &branch)
            .replace("Call-ID: call", &format!("Call-ID: {number}"))
            .replace("UDP", self.flow.protocol.via_name());
        let id = self.client.send_request(self.now, message(&text), self.flow);
        self.ends.insert(id, vec![]);
    }

    /// Runs until nothing is left to happen.
    fn run(&mut self) {
        loop {
            self.carry();
            self.client_user_agent();
            self.server_user_agent();
            self.carry();
            let planned = self.future.first_key_value().map(|((at, _), _)| *at);
            let next = [planned, self.client.poll_timeout(), self.server.poll_timeout()];
            let Some(next) = next.into_iter().flatten().min() else { return };
            self.now = self.now.max(next);
            self.client.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
            while let Some(entry) = self.future.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let happening = entry.remove();
                self.happen(happening);
            }
        }
    }

    /// Takes what both layers send: a fifth is lost, a tenth comes twice, all of it takes up to 300 ms.
    fn carry(&mut self) {
        let to_server = std::iter::from_fn(|| self.client.poll_transmit()).map(|sent| (true, sent.bytes));
        let mut sent: Vec<_> = to_server.collect();
        sent.extend(std::iter::from_fn(|| self.server.poll_transmit()).map(|sent| (false, sent.bytes)));
        for (at_server, bytes) in sent {
            let copies = match self.chance.below(10) {
                _ if self.flow.is_reliable() => 1,
                0 | 1 => 0,
                2 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                let delay = Duration::from_millis(self.chance.below(300));
                self.plan(delay, Happening::Arrival { at_server, bytes: bytes.clone() });
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrival { at_server: true, bytes } => {
                let back = Flow::new(self.flow.protocol, self.flow.remote, self.flow.local);
                self.server.handle_message(self.now, parse(bytes), back);
            }
            Happening::Arrival { at_server: false, bytes } => {
                self.client.handle_message(self.now, parse(bytes), self.flow);
            }
            Happening::Reply { id, request, status } => {
                let response = response(&request, status);
                let is_answer = request.method() == Some(Method::Invite) && status / 100 == 2;
                if self.server.respond(self.now, id, &response) && is_answer {
                    let interval = Duration::from_millis(500);
                    let until = self.now + Duration::from_secs(32);
                    self.plan(interval, Happening::Repeat { id, response, interval, until });
                }
            }
            Happening::Repeat { id, response, interval, until } => {
                let call_id = response.call_id().expect("our own response");
                if self.now < until && !self.acknowledged.iter().any(|known| known == call_id) {
                    self.server.respond(self.now, id, &response);
                    let interval = (interval * 2).min(Duration::from_secs(4));
                    self.plan(interval, Happening::Repeat { id, response, interval, until });
                }
            }
        }
    }

    fn client_user_agent(&mut self) {
        while let Some(event) = self.client.poll_event() {
            let (id, end) = match event {
                TransactionEvent::Response { id, response, .. } => {
                    let status = response.status().expect("a response");
                    let of_invite = response.cseq().expect("ours").method == Method::Invite;
                    if of_invite && status / 100 == 2 {
                        self.acknowledge(&response);
                    }
                    match status {
                        ..200 => continue,
                        200..300 if of_invite => (id, "answered"),
                        _ => (id, "final"),
                    }
                }
                TransactionEvent::TimedOut { id } => (id, "timed out"),
                TransactionEvent::StrayResponse { .. } => continue,
                other => panic!("{other:?}"),
            };
            self.ends.get_mut(&id).expect("a transaction of ours").push(end);
        }
    }

    fn acknowledge(&mut self, response: &Message) {
        let call_id = response.call_id().expect("it came back");
        let branch = self.client.new_branch();
        let text = request("ACK", &branch)
            .replace("Call-ID: call", &format!("Call-ID: {call_id}"))
            .replace("UDP", self.flow.protocol.via_name());
        self.client.send_stateless(&message(&text), self.flow);
    }

    fn server_user_agent(&mut self) {
        while let Some(event) = self.server.poll_event() {
            match event {
                TransactionEvent::Request { id, request, .. } => self.serve(id, request),
                TransactionEvent::Ack { request, .. } => {
                    self.acknowledged.push(request.call_id().expect("ours").to_owned());
                }
                TransactionEvent::AckMissing { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn serve(&mut self, id: ServerTransactionId, request: Arc<Message>) {
        *self.heard.entry(request.call_id().expect("ours").to_owned()).or_default() += 1;
        let invite = request.method() == Some(Method::Invite);
        let status = [200, 200, 486, 404][usize::try_from(self.chance.below(4)).expect("small")];
        let think = Duration::from_millis(self.chance.below(if invite { 20_000 } else { 1_000 }));
        if invite && self.chance.below(2) == 0 {
            let request = request.clone();
            self.plan(Duration::from_millis(50), Happening::Reply { id, request, status: 180 });
        }
        self.plan(think, Happening::Reply { id, request, status });
    }
}

const TRANSACTIONS: u32 = 40;

fn survive(flow: Flow, seed: u64) -> World {
    let mut world = World::new(flow, seed);
    for number in 0..TRANSACTIONS {
        world.start(number, if number % 2 == 0 { "INVITE" } else { "OPTIONS" });
    }
    world.run();
    for (id, ends) in &world.ends {
        let answered = !ends.is_empty() && ends.iter().all(|end| *end == "answered");
        assert!(answered || ends.len() == 1, "seed {seed}, {id}: {ends:?}");
    }
    for (call_id, times) in &world.heard {
        assert_eq!(*times, 1, "seed {seed}: call {call_id} was heard {times} times");
    }
    assert_eq!(world.client.active(), (0, 0), "seed {seed}");
    assert_eq!(world.server.active(), (0, 0), "seed {seed}");
    assert_eq!((world.client.poll_timeout(), world.server.poll_timeout()), (None, None));
    world
}

#[test]
fn every_transaction_ends_and_every_copy_is_absorbed() {
    let mut timed_out = 0;
    for seed in 1..=50 {
        let world = survive(udp(), seed);
        assert!(world.client.counters().repeated + world.server.counters().repeated > 0);
        timed_out += world.ends.values().filter(|ends| ends.contains(&"timed out")).count();
    }
    assert!(timed_out < 20, "a fifth of the datagrams lost is no reason to give up: {timed_out}");
}

#[test]
fn over_a_reliable_transport_nothing_is_repeated() {
    for seed in 1..=10 {
        let world = survive(tcp(), seed);
        assert_eq!(world.server.counters().repeated, 0);
        assert_eq!(world.heard.len(), usize::try_from(TRANSACTIONS).expect("small"));
    }
}
