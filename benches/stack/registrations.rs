//! REGISTER, 401, REGISTER with an answer, 200.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use sip_ua::transport::Flow;

use super::exchange::Exchange;
use super::phone::Phone;
use crate::operation::Work;

/// Phones that take turns.
const PHONES: u32 = 10_000;

/// Virtual time between two of them. Transactions live 32 s, so there are some thousands.
const STEP: Duration = Duration::from_millis(10);

/// Registrations before measuring, after which as many transactions end as begin.
const WARM: usize = 3_300;

/// Registrations in memory; what is measured is the exchange's part.
pub struct Registrations {
    exchange: Exchange,
    queue: Queue,
}

/// Prepared requests, each phone's pair together.
#[derive(Default)]
pub(super) struct Queue {
    pairs: VecDeque<(Flow, [Bytes; 2])>,
    count: u32,
}

impl Registrations {
    /// An exchange that has been at it for a while.
    #[must_use]
    pub fn new() -> Self {
        let mut new = Self { exchange: Exchange::new(PHONES), queue: Queue::default() };
        // Challenges do not live as long as that takes.
        for _ in 0..WARM / 100 {
            new.prepare(100);
            new.run(100);
        }
        new
    }
}

impl Default for Registrations {
    fn default() -> Self {
        Self::new()
    }
}

impl Queue {
    pub(super) fn fill(&mut self, exchange: &mut Exchange, count: usize) {
        for _ in 0..count {
            let challenge = exchange.challenge();
            let phone = Phone { number: self.count % PHONES, outbound: false };
            let cseq = self.count / PHONES * 2 + 1;
            let pair = [phone.register(cseq, None), phone.register(cseq + 1, Some(&challenge))];
            self.pairs.push_back((phone.flow(), pair));
            self.count += 1;
        }
    }

    /// The requests of the next phone, whose turn comes a little later.
    pub(super) fn next(&mut self, exchange: &mut Exchange) -> Option<(Flow, [Bytes; 2])> {
        exchange.pass(STEP);
        self.pairs.pop_front()
    }
}

impl Work for Registrations {
    fn prepare(&mut self, rounds: usize) {
        self.queue.fill(&mut self.exchange, rounds);
    }

    fn run(&mut self, rounds: usize) {
        for _ in 0..rounds {
            let Some((flow, [first, second])) = self.queue.next(&mut self.exchange) else { return };
            assert_eq!(self.exchange.receive(first, flow), Some(401));
            assert_eq!(self.exchange.receive(second, flow), Some(200));
        }
    }
}
