//! The thread of the recorder: it goes from one recording to the next, ten times a second.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::recording::{Change, Running};

/// How often taps are emptied.
const TURN: Duration = Duration::from_millis(100);

/// What the thread is told. Recordings are known by numbers.
pub(super) enum Order {
    /// Begin one.
    Begin(u64, Box<Running>),
    /// Something changes at that moment.
    Change(u64, Instant, Change),
    /// End all of them.
    Stop,
}

/// The recordings that go on.
#[derive(Default)]
pub(super) struct Desk(Vec<(u64, Box<Running>)>);

impl Desk {
    /// Works until nobody can tell it anything any more; what still goes on is ended then.
    pub(super) fn run(mut self, orders: &Receiver<Order>) {
        let mut next = Instant::now();
        loop {
            let order = match self.0.is_empty() {
                true => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                false => orders.recv_timeout(next.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if now >= next {
                next = now + TURN;
                self.turn(now);
            }
        }
        let now = Instant::now();
        self.0.drain(..).for_each(|(_, running)| running.end(now));
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Begin(number, running) => self.0.push((number, running)),
            Order::Change(number, at, change) => {
                if let Some((_, running)) = self.0.iter_mut().find(|(known, _)| *known == number) {
                    running.change(at, change);
                }
            }
            Order::Stop => {}
        }
    }

    /// Looks after each recording, and lets those go that are over.
    fn turn(&mut self, now: Instant) {
        for (_, running) in self.0.extract_if(.., |(_, running)| !running.advance(now)) {
            running.end(now);
        }
    }
}
