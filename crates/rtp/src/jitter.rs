use core::time::Duration;

use crate::ticks::{duration, ticks};

/// A change of transit time beyond this many seconds is a source that set its clock anew, not a slow network.
const CLOCK_CHANGE: u32 = 10;

/// Interarrival jitter: how unevenly packets come, smoothed (RFC 3550 §6.4.1, appendix A.8).
#[derive(Clone, Copy, Debug)]
pub struct Jitter {
    clock_rate: u32,
    /// Sixteen times the estimate, so that the smoothing keeps its fractions.
    scaled: u64,
    transit: Option<u32>,
}

impl Jitter {
    /// For timestamps of `clock_rate` ticks a second.
    pub const fn new(clock_rate: u32) -> Self {
        Self { clock_rate, scaled: 0, transit: None }
    }

    /// Takes a packet in: its timestamp, and when it arrived by any steady clock.
    #[inline]
    pub fn receive(&mut self, timestamp: u32, arrival: Duration) {
        let transit = ticks(arrival, self.clock_rate).wrapping_sub(timestamp);
        let Some(last) = self.transit.replace(transit) else { return };
        let difference = (transit.wrapping_sub(last) as i32).unsigned_abs();
        if difference <= self.clock_rate.saturating_mul(CLOCK_CHANGE) {
            self.scaled = self.scaled + u64::from(difference) - ((self.scaled + 8) >> 4);
        }
    }

    /// The next packet is not compared with the last: the source has changed.
    pub fn forget_transit(&mut self) {
        self.transit = None;
    }

    /// The estimate in ticks, as report blocks carry it.
    #[inline]
    pub fn ticks(&self) -> u32 {
        (self.scaled >> 4) as u32 // no more than the greatest difference
    }

    /// The estimate as a time.
    pub fn duration(&self) -> Duration {
        duration(u64::from(self.ticks()), self.clock_rate)
    }
}

#[cfg(test)]
mod tests {
    use super::Jitter;
    use core::time::Duration;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn an_even_stream_has_none() {
        let mut jitter = Jitter::new(8_000);
        for n in 0..100_u32 {
            // The timestamps wrap on the way, and the first arrival is nothing special.
            jitter.receive((160 * n).wrapping_sub(4_000), millis(77 + 20 * u64::from(n)));
        }
        assert_eq!(jitter.ticks(), 0);
    }

    #[test]
    fn the_estimate_approaches_the_mean_deviation() {
        let mut jitter = Jitter::new(8_000);
        for n in 0..1_000_u32 {
            let late = if n % 2 == 0 { 0 } else { 5 };
            jitter.receive(160 * n, millis(20 * u64::from(n) + late));
        }
        // Each packet differs from the one before by 5 ms, 40 ticks.
        assert!((39..=40).contains(&jitter.ticks()), "{}", jitter.ticks());
        assert!(jitter.duration() <= millis(5));
    }

    #[test]
    fn one_step_is_a_sixteenth_of_the_difference() {
        let mut jitter = Jitter::new(8_000);
        jitter.receive(0, millis(0));
        jitter.receive(160, millis(40)); // 20 ms late
        assert_eq!(jitter.ticks(), 160 / 16);
    }

    #[test]
    fn a_new_clock_is_no_jitter() {
        let mut jitter = Jitter::new(8_000);
        jitter.receive(0, millis(0));
        jitter.receive(3_000_000_000, millis(20));
        jitter.receive(3_000_000_160, millis(40));
        assert_eq!(jitter.ticks(), 0);
    }

    #[test]
    fn the_fastest_clock_does_not_overflow() {
        let mut jitter = Jitter::new(u32::MAX);
        for n in 0..10_000_u32 {
            jitter.receive(n.wrapping_mul(0x7FFF_FFFF), Duration::from_secs(u64::from(n)));
        }
        assert!(jitter.ticks() > 0);
    }
}
