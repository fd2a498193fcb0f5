//! What 20 ms of sound cost: a packet taken in, and two ticks of 10 ms. `cargo run --release --bin cost`.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::time::Duration;

use benches::{Operation, Work};
use listening::listener::{Listener, TICK};
use listening::neteq::Peer;
use listening::ours::Ours;
use listening::speech::{PACKET, Speech};
use rtp_jitter::Config;
use rtp_jitter::simulation::{Arrival, Delay, Loss, Network};

const EVEN: &str = "20 ms, even network";
const UNEVEN: &str = "20 ms, 5 % lost, uneven";

fn main() -> ExitCode {
    let uneven = Network {
        delay: Delay::Exponential { mean: Duration::from_millis(15) },
        loss: Loss::Random { share: 0.05 },
        ..Network::default()
    };
    let networks = [(EVEN, Network::default()), (UNEVEN, uneven)];
    let operations: Vec<Operation> = networks
        .into_iter()
        .flat_map(|(name, network)| {
            let ours = move || Course::new(Box::new(Ours::new(Config::adaptive(8_000))), network);
            let peer = move || Course::new(Box::new(Peer::default()), network);
            [Operation::new(name, "rtp-jitter", 2_000, ours), Operation::new(name, "neteq", 2_000, peer)]
        })
        .collect();
    benches::table(&operations)
}

/// A listener, and what arrives for it; a round is 20 ms.
struct Course {
    listener: Box<dyn Listener>,
    network: Network,
    speech: Speech,
    /// Arrivals of the next rounds, by the round.
    arrivals: VecDeque<Arrival>,
    sent: u32,
    rounds: u32,
}

impl Course {
    fn new(listener: Box<dyn Listener>, network: Network) -> Self {
        let speech = Speech::load().expect("the prompts are beside this package");
        Self { listener, network, speech, arrivals: VecDeque::new(), sent: 0, rounds: 0 }
    }
}

impl Work for Course {
    /// Lets the packets of these rounds travel.
    fn prepare(&mut self, rounds: usize) {
        let interval = Duration::from_millis(20);
        let packets = rounds as u32;
        let travelled = self.network.carry(u64::from(self.sent), packets, interval);
        self.arrivals.extend(travelled.into_iter().map(|arrival| Arrival {
            packet: arrival.packet + self.sent,
            at: arrival.at + interval * self.sent,
        }));
        self.arrivals.make_contiguous().sort_by_key(|arrival| arrival.at);
        self.sent += packets;
    }

    fn run(&mut self, rounds: usize) {
        let tick = Duration::from_millis(10);
        for _ in 0..rounds {
            for half in 0..2 {
                let now = tick * (2 * self.rounds + half) + Duration::from_micros(3_700);
                while self.arrivals.front().is_some_and(|arrival| arrival.at <= now) {
                    let Some(arrival) = self.arrivals.pop_front() else { break };
                    let mut packet = self.speech.packet(arrival.packet % self.speech.packets());
                    packet.sequence = arrival.packet as u16;
                    packet.timestamp = (PACKET as u32).wrapping_mul(arrival.packet);
                    self.listener.insert(arrival.at, packet);
                }
                let mut out = [0; TICK];
                self.listener.tick(now, &mut out);
                std::hint::black_box(&mut out);
            }
            self.rounds += 1;
        }
    }
}
