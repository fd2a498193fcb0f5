/// Packets that the statistics remember.
const WINDOW: usize = 512;

/// Buckets of the histogram; as wide as it takes to reach over the longest delay, but at least a millisecond.
const BUCKETS: usize = 1_024;

/// Transit times of the last packets: the least of them, and what a share of them stayed below.
///
/// Transit is arrival less timestamp, so that only differences mean something. Buckets are counted on a ring by absolute
/// number: a source whose clock runs faster or slower than ours moves along the ring, and nothing has to be shifted.
#[derive(Clone, Debug)]
pub(super) struct TransitHistogram {
    /// Ticks that a bucket is wide.
    width: i64,
    counts: Box<[u16]>,
    /// Bucket numbers of the last packets, the oldest at `next` once it is full.
    window: Box<[i64]>,
    length: usize,
    next: usize,
    /// Packets of the window that may come late, of 65,536.
    spared: usize,
    /// Lowest bucket that is not empty.
    lowest: i64,
    /// The bucket that holds the quantile, and how many packets lie above it.
    quantile: i64,
    above: usize,
}

impl TransitHistogram {
    /// Waits for `quantile` (0 to 1) of the packets; reaches over delays of `longest` ticks of a clock of `clock_rate`.
    pub(super) fn new(clock_rate: u32, longest: i64, quantile: f32) -> Self {
        let finest = i64::from(clock_rate / 1_000).max(1);
        Self {
            width: finest.max(longest * 2 / BUCKETS as i64),
            counts: vec![0; BUCKETS].into(),
            window: vec![0; WINDOW].into(),
            length: 0,
            next: 0,
            spared: ((1.0 - quantile.clamp(0.0, 1.0)) * 65_536.0) as usize,
            lowest: 0,
            quantile: 0,
            above: 0,
        }
    }

    /// Packets that are remembered.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.counts.fill(0);
        (self.length, self.next, self.above) = (0, 0, 0);
    }

    /// The shortest transit time.
    pub(super) fn least(&self) -> i64 {
        self.lowest.saturating_mul(self.width)
    }

    /// How much longer than the fastest packet the slowest took, of those that are to be waited for.
    pub(super) fn spread(&self) -> i64 {
        if self.length == 0 { 0 } else { (self.quantile - self.lowest + 1) * self.width }
    }

    /// The same, where delay beyond `free` ticks must be worth it: a hundredth of the packets is worth `worth` ticks. An eighth
    /// of them at most is found not to be.
    pub(super) fn worthwhile_spread(&self, free: i64, worth: i64) -> i64 {
        let mut best = self.spread();
        if best <= free {
            return best;
        }
        // Costs are in hundredths of ticks, times the number of packets.
        let length = self.length as i64;
        let (mut least, mut above, mut bucket) = (i64::MAX, self.above as i64, self.quantile);
        loop {
            let spread = (bucket - self.lowest + 1) * self.width;
            let cost = spread * length + above * 100 * worth;
            if cost < least {
                (least, best) = (cost, spread);
            }
            if spread <= free {
                return best;
            }
            above += i64::from(self.counts[slot(bucket)]);
            bucket -= 1;
            if above * 8 > length {
                return best;
            }
        }
    }

    /// Takes in the transit time of a packet.
    pub(super) fn add(&mut self, transit: i64) {
        let mut bucket = transit.div_euclid(self.width);
        if self.length > 0 {
            // No count may be mistaken for one that is a whole ring away.
            bucket = bucket.min(self.lowest + BUCKETS as i64 - 1);
            if bucket < self.lowest && self.highest() - bucket >= BUCKETS as i64 {
                self.clear();
            }
        }
        if self.length == 0 {
            (self.lowest, self.quantile) = (bucket, bucket);
        }
        self.lowest = self.lowest.min(bucket);
        self.count(bucket);
        self.forget_oldest(bucket);
        self.settle();
    }

    /// Highest bucket that is not empty. Looked for where a packet was faster than all others, which is rare.
    fn highest(&self) -> i64 {
        let (mut bucket, mut above) = (self.quantile, self.above);
        while above > 0 {
            bucket += 1;
            above -= usize::from(self.counts[slot(bucket)]);
        }
        bucket
    }

    fn count(&mut self, bucket: i64) {
        self.counts[slot(bucket)] += 1;
        self.above += usize::from(bucket > self.quantile);
    }

    /// Gives the place of the oldest packet to the newest one.
    fn forget_oldest(&mut self, newest: i64) {
        let oldest = core::mem::replace(&mut self.window[self.next], newest);
        self.next = (self.next + 1) % WINDOW;
        if self.length < WINDOW {
            self.length += 1;
            return;
        }
        self.counts[slot(oldest)] -= 1;
        self.above -= usize::from(oldest > self.quantile);
        // The newest is counted, so that the search ends.
        while self.counts[slot(self.lowest)] == 0 {
            self.lowest += 1;
        }
    }

    /// Moves the quantile to where it belongs: as low as spares no more packets than it may.
    fn settle(&mut self) {
        let spared = (self.length * self.spared) >> 16;
        while self.above > spared {
            self.quantile += 1;
            self.above -= usize::from(self.counts[slot(self.quantile)]);
        }
        while self.quantile > self.lowest {
            let here = usize::from(self.counts[slot(self.quantile)]);
            if self.above + here > spared {
                break;
            }
            self.above += here;
            self.quantile -= 1;
        }
        self.quantile = self.quantile.max(self.lowest);
    }
}

fn slot(bucket: i64) -> usize {
    bucket.rem_euclid(BUCKETS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(quantile: f32) -> TransitHistogram {
        TransitHistogram::new(8_000, 400 * 8, quantile)
    }

    #[test]
    fn even_transit_spreads_over_one_bucket() {
        let mut histogram = histogram(0.95);
        assert_eq!(histogram.spread(), 0);
        (0..1_000).for_each(|_| histogram.add(-5_000));
        assert_eq!((histogram.least(), histogram.spread()), (-5_000, 8));
    }

    #[test]
    fn a_share_of_the_packets_is_not_waited_for() {
        let mut histogram = histogram(0.9);
        for n in 0..1_000 {
            histogram.add(if n % 20 == 0 { 800 } else { 8 * (n % 10) });
        }
        // A twentieth is slower than 9 ms, and a tenth may be: of the others some of 9 ms are spared too.
        assert_eq!(histogram.least(), 0);
        assert_eq!(histogram.spread(), 8 * 10);
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let mut histogram = histogram(0.99);
        (0..100).for_each(|n| histogram.add(8 * n));
        (0..WINDOW).for_each(|_| histogram.add(480));
        assert_eq!((histogram.least(), histogram.spread()), (480, 8));
    }

    #[test]
    fn a_drifting_clock_moves_along_the_ring() {
        let mut histogram = histogram(0.99);
        for n in 0..100_000_i64 {
            histogram.add(n / 10);
        }
        assert!(histogram.spread() <= 8 * 9, "{}", histogram.spread());
        assert!(histogram.least() > 9_900);
    }

    #[test]
    fn counts_agree_with_a_sorted_list() {
        let (mut histogram, mut last) = (histogram(0.95), Vec::new());
        let mut random = 1_u64;
        for _ in 0..1_500 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let transit = ((random >> 33) % 3_000) as i64 - 1_500;
            histogram.add(transit);
            last.push(transit.div_euclid(8));
            let from = last.len().saturating_sub(WINDOW);
            let mut sorted = last[from..].to_vec();
            sorted.sort_unstable();
            let spared = (sorted.len() * histogram.spared) >> 16;
            let expected = sorted[sorted.len() - 1 - spared];
            assert_eq!(histogram.spread(), (expected - sorted[0] + 1) * 8);
        }
    }

    #[test]
    fn delay_beyond_what_is_free_must_be_worth_it() {
        let mut histogram = histogram(1.0);
        (0..100).for_each(|n| histogram.add(if n < 90 { 0 } else { 800 }));
        assert_eq!(histogram.spread(), 808);
        assert_eq!(histogram.worthwhile_spread(0, 79), 8); // ten hundredths are worth 790 ticks
        assert_eq!(histogram.worthwhile_spread(0, 80), 808);
        assert_eq!(histogram.worthwhile_spread(900, 0), 808);
        (0..3).for_each(|_| histogram.add(800)); // more than an eighth
        assert_eq!(histogram.worthwhile_spread(0, 79), 808);
    }

    #[test]
    fn wild_steps_do_no_harm() {
        let mut histogram = histogram(0.99);
        for n in 0..10_000_i64 {
            let sign = if n % 3 == 0 { -1 } else { 1 };
            histogram.add(sign * (n * n * n % 1_000_003) * 1_000);
        }
        assert!(histogram.spread() <= 8 * BUCKETS as i64);
    }
}
