//! A rate that is kept: tokens that come back with time.

use super::Millis;

/// How many messages may still come now. Holds no rate of its own, for that may change with who the source is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    tokens: f32,
    filled: Millis,
}

/// How many seconds' worth may come at once.
const BURST: f32 = 3.0;

impl Bucket {
    /// A full bucket of that rate.
    pub(super) fn full(now: Millis, rate: f32) -> Self {
        Self { tokens: rate * BURST, filled: now }
    }

    /// Takes one token of a bucket that fills at `rate` a second; false when it is empty.
    pub(super) fn take(&mut self, now: Millis, rate: f32) -> bool {
        let passed = now.saturating_sub(self.filled) as f32 / 1000.0;
        // A slow rate still has room for one.
        let room = (rate * BURST).max(1.0);
        self.tokens = (self.tokens + passed * rate).min(room);
        self.filled = self.filled.max(now);
        let some = self.tokens >= 1.0;
        if some {
            self.tokens -= 1.0;
        }
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let mut bucket = Bucket::full(0, 10.0);
        let passed = |bucket: &mut Bucket, now, tries| (0..tries).filter(|_| bucket.take(now, 10.0)).count();
        assert_eq!(passed(&mut bucket, 0, 100), 30);
        assert_eq!(passed(&mut bucket, 1_000, 100), 10);
        assert_eq!(passed(&mut bucket, 500, 100), 0, "a clock that goes back gives nothing");
        assert_eq!(passed(&mut bucket, 100_000, 100), 30);
    }

    #[test]
    fn tokens_come_back_in_fractions() {
        let mut bucket = Bucket::full(0, 1.0);
        for _ in 0..3 {
            assert!(bucket.take(0, 1.0));
        }
        let passed = (1..=10_000).filter(|now| bucket.take(*now, 1.0)).count();
        assert!((9..=10).contains(&passed), "{passed}");
    }
}
