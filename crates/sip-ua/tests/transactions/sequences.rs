//! Any sequence of messages, commands and waits: no panic, and nothing that stays for ever.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use sip_parser::Message;
use sip_ua::transaction::ReplyRoute;
use sip_ua::{ClientTransactionId, Limits, ServerTransactionId, TransactionEvent};

use crate::bench::{Bench, answer, message, request, tcp, udp};

/// One thing that a peer, the user agent or the clock does. Numbers choose among few, so that they meet.
#[derive(Clone, Debug)]
enum Act {
    Receive { method: usize, branch: u8, over_tcp: bool, number: u8 },
    Answer { method: usize, branch: u8, status: u16 },
    Bytes(Vec<u8>),
    Send { method: usize, branch: u8, over_tcp: bool },
    Respond { which: usize, status: u16 },
    Cancel { which: usize },
    Route { which: usize, by_via: bool },
    Break { over_tcp: bool },
    Wait(u64),
}

const METHODS: [&str; 5] = ["INVITE", "OPTIONS", "ACK", "CANCEL", "BYE"];

fn act() -> impl Strategy<Value = Act> {
    let method = 0..METHODS.len();
    let status =
        prop_oneof![Just(100_u16), Just(180), Just(200), Just(302), Just(486), Just(699), 0..=999_u16];
    prop_oneof![
        4 => (method.clone(), 0..4_u8, any::<bool>(), 0..2_u8)
            .prop_map(|(method, branch, over_tcp, number)| Act::Receive { method, branch, over_tcp, number }),
        4 => (method.clone(), 0..4_u8, status.clone())
            .prop_map(|(method, branch, status)| Act::Answer { method, branch, status }),
        1 => prop::collection::vec(any::<u8>(), 0..64).prop_map(Act::Bytes),
        3 => (method, 0..4_u8, any::<bool>())
            .prop_map(|(method, branch, over_tcp)| Act::Send { method, branch, over_tcp }),
        4 => (any::<usize>(), status).prop_map(|(which, status)| Act::Respond { which, status }),
        2 => any::<usize>().prop_map(|which| Act::Cancel { which }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(which, by_via)| Act::Route { which, by_via }),
        1 => any::<bool>().prop_map(|over_tcp| Act::Break { over_tcp }),
        3 => prop_oneof![0..1_000_u64, Just(5_000), Just(32_000)].prop_map(Act::Wait),
    ]
}

/// The layer, and all that its user agent has heard of.
struct Scene {
    bench: Bench,
    served: Vec<(ServerTransactionId, Arc<Message>)>,
    asked: Vec<ClientTransactionId>,
}

impl Scene {
    fn play(&mut self, act: Act) {
        let now = self.bench.now;
        let layer = &mut self.bench.layer;
        match act {
            Act::Receive { method, branch, over_tcp, number } => {
                let text = text(method, branch, over_tcp).replace("CSeq: 1", &format!("CSeq: {number}"));
                layer.handle_message(now, message(&text), flow(over_tcp));
            }
            Act::Answer { method, branch, status } => {
                let text =
                    answer(&text(method, branch, false), 200).replacen("200", &format!("{status:03}"), 1);
                if let Ok(response) = Message::parse(Bytes::from(text.replace('\n', "\r\n"))) {
                    layer.handle_message(now, response, udp());
                }
            }
            Act::Bytes(bytes) => {
                if let Err(error) = Message::parse(Bytes::from(bytes.clone())) {
                    layer.handle_malformed(&bytes, &error, udp());
                }
            }
            Act::Send { method, branch, over_tcp } => {
                let request = message(&text(method, branch, over_tcp));
                self.asked.push(layer.send_request(now, request, flow(over_tcp)));
            }
            Act::Respond { which, status } => {
                if let Some((id, request)) = pick(&self.served, which) {
                    self.bench.respond(*id, request, status.clamp(100, 699));
                }
            }
            Act::Cancel { which } => {
                if let Some(id) = pick(&self.asked, which) {
                    self.asked.extend(layer.cancel(now, *id, &[]));
                }
            }
            Act::Route { which, by_via } => {
                let route = if by_via { ReplyRoute::Via } else { ReplyRoute::Source };
                if let Some((id, _)) = pick(&self.served, which) {
                    layer.route_reply(*id, route);
                }
            }
            Act::Break { over_tcp } => layer.handle_transport_error(now, &flow(over_tcp)),
            Act::Wait(milliseconds) => self.bench.wait(milliseconds),
        }
        self.listen();
    }

    fn listen(&mut self) {
        self.bench.transmits();
        for event in self.bench.events() {
            if let TransactionEvent::Request { id, request, .. } = event {
                self.served.push((id, request));
            }
        }
    }

    /// The user agent answers what rings, and the clock runs on.
    fn finish(&mut self) {
        for (id, request) in std::mem::take(&mut self.served) {
            self.bench.respond(id, &request, 500);
        }
        self.bench.wait(2 * 3600 * 1000); // an INVITE that heard 180 gives up after an hour
    }
}

fn pick<T>(all: &[T], which: usize) -> Option<&T> {
    all.get(which % all.len().max(1))
}

fn text(method: usize, branch: u8, over_tcp: bool) -> String {
    let branch = if branch == 0 { "old".to_owned() } else { format!("z9hG4bK{branch}") };
    let text = request(METHODS[method], &branch);
    if over_tcp { text.replace("UDP", "TCP") } else { text }
}

fn flow(over_tcp: bool) -> sip_ua::Flow {
    if over_tcp { tcp() } else { udp() }
}

proptest! {
    #[test]
    fn nothing_panics_and_nothing_stays(acts in prop::collection::vec(act(), 0..80)) {
        let limits = Limits::DEFAULT
            .with_server_transactions(6)
            .with_client_transactions(6)
            .with_lingering_transactions(3);
        let mut scene = Scene { bench: Bench::with_limits(limits), served: vec![], asked: vec![] };
        for act in acts {
            scene.play(act);
            let (clients, servers) = scene.bench.layer.active();
            prop_assert!(clients <= 6 + 3 && servers <= 6 + 3, "{clients} and {servers}");
            let (clients, servers) = scene.bench.layer.at_work();
            prop_assert!(clients <= 6 && servers <= 6, "{clients} and {servers} at work");
        }
        scene.finish();
        prop_assert_eq!(scene.bench.layer.active(), (0, 0));
        prop_assert_eq!(scene.bench.layer.poll_timeout(), None);
    }
}
