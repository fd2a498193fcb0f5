//! Networks that delay, lose, reorder and repeat packets, the same way for the same seed: for tests of what hears them.
//!
//! ```
//! use std::time::Duration;
//! use rtp_jitter::simulation::{Delay, Loss, Network};
//!
//! let network = Network {
//!     delay: Delay::Exponential { mean: Duration::from_millis(10) },
//!     loss: Loss::Random { share: 0.05 },
//!     ..Network::default()
//! };
//! let arrivals = network.carry(1, 1_000, Duration::from_millis(20));
//! assert!((900..1_000).contains(&arrivals.len()));
//! assert!(arrivals.is_sorted_by_key(|arrival| arrival.at));
//! ```

mod random;

use core::time::Duration;

pub use random::Random;

/// What lies between two telephones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Network {
    /// How long packets take beyond the shortest time.
    pub delay: Delay,
    /// Which packets do not arrive.
    pub loss: Loss,
    /// The share of packets that arrive twice.
    pub duplicates: f64,
    /// By how many millionths the sender's clock is faster than the receiver's.
    pub drift_ppm: i32,
}

/// How long packets take beyond the shortest time.
#[derive(Clone, Copy, Debug, Default)]
pub enum Delay {
    /// All the same.
    #[default]
    None,
    /// Evenly distributed from none to this; packets overtake each other.
    Uniform {
        /// The longest.
        up_to: Duration,
    },
    /// Exponentially distributed; packets overtake each other.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Exponentially distributed like that of a queue: no packet overtakes another.
    Queue {
        /// The mean of what is drawn.
        mean: Duration,
    },
    /// As of a radio link: nothing gets through for a while, and then all that has waited arrives together. Between that
    /// there is an even delay of up to 5 ms.
    Stalls {
        /// Mean time between them.
        every: Duration,
        /// The longest; they are evenly distributed from a quarter of that.
        up_to: Duration,
    },
}

/// Which packets do not arrive.
#[derive(Clone, Copy, Debug, Default)]
pub enum Loss {
    /// All arrive.
    #[default]
    None,
    /// Each with the same probability.
    Random {
        /// That probability.
        share: f64,
    },
    /// In bursts, by a chain of a good and a bad state (Gilbert): in the bad one everything is lost.
    Bursts {
        /// The share of all packets that are lost.
        share: f64,
        /// Packets of a burst on average.
        mean: f64,
    },
}

/// A packet that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which of the packets that were sent, from 0 on.
    pub packet: u32,
    /// When it arrives; packet 0 would arrive at 0 at the earliest.
    pub at: Duration,
}

impl Network {
    /// Carries `packets` packets that are sent every `interval`. The arrivals are in the order of time.
    pub fn carry(&self, seed: u64, packets: u32, interval: Duration) -> Vec<Arrival> {
        let mut random = Random::new(seed);
        let mut arrivals = Vec::with_capacity(packets as usize);
        let mut journey = Journey { is_bad: false, last: 0.0, stalled_until: 0.0, next_stall: 0.0 };
        let interval = interval.as_secs_f64() / (1.0 + f64::from(self.drift_ppm) / 1e6);
        for packet in 0..packets {
            let sent = f64::from(packet) * interval;
            let at = journey.arrival(self.delay, sent, &mut random);
            let is_lost = journey.loses(self.loss, &mut random);
            let is_repeated = random.happens(self.duplicates);
            if !is_lost {
                arrivals.push(Arrival { packet, at: Duration::from_secs_f64(at) });
            }
            if is_repeated {
                let later = at + random.exponential(0.010);
                arrivals.push(Arrival { packet, at: Duration::from_secs_f64(later) });
            }
        }
        arrivals.sort_by_key(|arrival| arrival.at);
        arrivals
    }
}

/// What a network remembers from packet to packet; times in seconds.
struct Journey {
    is_bad: bool,
    /// When the last packet arrived.
    last: f64,
    stalled_until: f64,
    next_stall: f64,
}

impl Journey {
    fn arrival(&mut self, delay: Delay, sent: f64, random: &mut Random) -> f64 {
        match delay {
            Delay::None => sent,
            Delay::Uniform { up_to } => sent + up_to.as_secs_f64() * random.unit(),
            Delay::Exponential { mean } => sent + random.exponential(mean.as_secs_f64()),
            Delay::Queue { mean } => {
                self.last = self.last.max(sent + random.exponential(mean.as_secs_f64()));
                self.last
            }
            Delay::Stalls { every, up_to } => {
                if sent >= self.next_stall {
                    let up_to = up_to.as_secs_f64();
                    if self.next_stall > 0.0 {
                        self.stalled_until = self.next_stall + up_to * (0.25 + 0.75 * random.unit());
                    }
                    self.next_stall = sent.max(self.stalled_until) + random.exponential(every.as_secs_f64());
                }
                (sent + 0.005 * random.unit()).max(self.stalled_until)
            }
        }
    }

    fn loses(&mut self, loss: Loss, random: &mut Random) -> bool {
        match loss {
            Loss::None => false,
            Loss::Random { share } => random.happens(share),
            Loss::Bursts { share, mean } => {
                let leave = 1.0 / mean.max(1.0);
                let enter = leave * share / (1.0 - share).max(0.01);
                self.is_bad = if self.is_bad { !random.happens(leave) } else { random.happens(enter) };
                self.is_bad
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWENTY: Duration = Duration::from_millis(20);

    #[test]
    fn the_same_seed_is_the_same_network() {
        let network = Network { loss: Loss::Random { share: 0.1 }, duplicates: 0.1, ..Network::default() };
        assert_eq!(network.carry(7, 500, TWENTY), network.carry(7, 500, TWENTY));
        assert_ne!(network.carry(7, 500, TWENTY), network.carry(8, 500, TWENTY));
    }

    #[test]
    fn as_much_is_lost_as_was_asked_for() {
        for loss in [Loss::Random { share: 0.1 }, Loss::Bursts { share: 0.1, mean: 3.0 }] {
            let arrived = Network { loss, ..Network::default() }.carry(1, 50_000, TWENTY).len();
            assert!((44_000..46_000).contains(&arrived), "{loss:?}: {arrived}");
        }
    }

    #[test]
    fn a_fast_clock_sends_more_often() {
        let arrivals = Network { drift_ppm: 500, ..Network::default() }.carry(1, 50_001, TWENTY);
        let last = arrivals[50_000].at.as_secs_f64();
        assert!((last - 1_000.0 / 1.000_5).abs() < 0.001, "{last}");
    }

    #[test]
    fn queues_keep_the_order_and_others_do_not() {
        let mean = Duration::from_millis(30);
        let order = |delay| Network { delay, ..Network::default() }.carry(1, 1_000, TWENTY);
        assert!(order(Delay::Queue { mean }).is_sorted_by_key(|arrival| arrival.packet));
        assert!(!order(Delay::Exponential { mean }).is_sorted_by_key(|arrival| arrival.packet));
    }
}
