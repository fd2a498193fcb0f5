use core::time::Duration;

use super::histogram::TransitHistogram;
use crate::config::{Adaptive, Config, Mode};

/// It takes a search to see what delay is worth it; it is made once in so many packets.
const WORTH_EVERY: u32 = 8;

/// Packets of the first second: the aim does not fall below the initial one before so many have come.
const LITTLE_KNOWN: usize = 50;

/// Peaks that are remembered.
const PEAKS: usize = 4;

/// How long a peak is waited for again after it came, if it was not the only one.
const PEAK_MEMORY: Duration = Duration::from_secs(30);

/// What the delay aims at: what a share of the packets stayed below, or the height of peaks that come back.
#[derive(Clone, Debug)]
pub(super) struct TargetDelay {
    transit: TransitHistogram,
    /// Bounds, the aim at the beginning, what is added, in ticks.
    min: i64,
    max: i64,
    initial: i64,
    extra: i64,
    fixed: bool,
    awaits_peaks: bool,
    /// A delay up to this need not be worth it; what a hundredth of the packets is worth beyond; what follows from both,
    /// looked at after so many packets.
    comfortable: i64,
    worth: i64,
    worthwhile: i64,
    packets: u32,
    /// A peak is higher than the aim by this.
    peak_step: i64,
    memory: i64,
    /// When peaks came, and how high they were; the newest last.
    peaks: [(i64, i64); PEAKS],
    target: i64,
}

impl TargetDelay {
    pub(super) fn new(config: &Config) -> Self {
        let (min, max) = config.bounds();
        let (min, max) = (config.ticks(min), config.ticks(max));
        let adaptive = match config.mode {
            Mode::Adaptive(adaptive) => adaptive,
            Mode::Fixed { delay } => Adaptive { initial: delay, ..Adaptive::default() },
        };
        let mut target = Self {
            transit: TransitHistogram::new(config.clock_rate, max, adaptive.quantile),
            min,
            max,
            initial: config.ticks(adaptive.initial),
            extra: config.ticks(adaptive.extra),
            fixed: matches!(config.mode, Mode::Fixed { .. }),
            awaits_peaks: adaptive.peaks,
            comfortable: config.ticks(adaptive.comfortable),
            worth: config.ticks(adaptive.worth),
            worthwhile: 0,
            packets: 0,
            peak_step: config.ticks(Duration::from_millis(15)),
            memory: config.ticks(PEAK_MEMORY),
            peaks: [(i64::MIN / 2, 0); PEAKS],
            target: 0,
        };
        target.clear();
        target
    }

    /// Another stream begins.
    pub(super) fn clear(&mut self) {
        self.transit.clear();
        (self.worthwhile, self.packets) = (0, 0);
        self.peaks = [(i64::MIN / 2, 0); PEAKS];
        self.target = self.initial.clamp(self.min, self.max);
    }

    /// Takes in a packet: when it came, and how long it took.
    pub(super) fn receive(&mut self, now: i64, transit: i64) {
        self.transit.add(transit);
        let spread = self.transit.spread();
        let delay = transit - self.transit.least();
        if self.awaits_peaks && delay > spread + self.peak_step {
            self.note_peak(now, delay);
        }
        if self.packets.is_multiple_of(WORTH_EVERY) || spread < self.worthwhile {
            self.worthwhile = self.transit.worthwhile_spread(self.comfortable, self.worth);
        }
        self.packets = self.packets.wrapping_add(1);
        let spread = self.worthwhile;
        let known = if self.transit.len() < LITTLE_KNOWN { spread.max(self.initial) } else { spread };
        self.target = (known.max(self.awaited_peak(now)) + self.extra).clamp(self.min, self.max);
    }

    /// What to aim at, in ticks above the fastest packet.
    pub(super) fn target(&self) -> i64 {
        self.target
    }

    /// The transit time of the fastest packet.
    pub(super) fn least_transit(&self) -> i64 {
        self.transit.least()
    }

    /// Whether the aim never changes.
    pub(super) fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// Packets that come out of one peak make one entry, of the greatest height.
    fn note_peak(&mut self, now: i64, height: i64) {
        let [.., (at, highest)] = &mut self.peaks;
        if now - *at < self.memory / 128 {
            *highest = height.max(*highest);
            return;
        }
        self.peaks.rotate_left(1);
        self.peaks[PEAKS - 1] = (now, height);
    }

    /// How high a peak may come again soon: the greatest of those within memory, if there are two.
    fn awaited_peak(&self, now: i64) -> i64 {
        let recent = || self.peaks.iter().filter(|(at, _)| now - at < self.memory);
        if recent().count() < 2 { 0 } else { recent().map(|(_, height)| *height).max().unwrap_or(0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of 20 ms packets that are as late as `late` says, in milliseconds; the aim in milliseconds.
    fn aim_after(target: &mut TargetDelay, packets: i64, late: impl Fn(i64) -> i64) -> i64 {
        (0..packets).for_each(|n| target.receive(160 * n, 8 * late(n)));
        target.target() / 8
    }

    fn with(change: Adaptive) -> TargetDelay {
        TargetDelay::new(&Config { mode: Mode::Adaptive(change), ..Config::adaptive(8_000) })
    }

    fn adaptive() -> TargetDelay {
        with(Adaptive::default())
    }

    fn patient() -> TargetDelay {
        with(Adaptive { quantile: 0.99, worth: Duration::from_secs(1), peaks: true, ..Adaptive::default() })
    }

    #[test]
    fn the_aim_begins_with_the_initial_one_and_falls_when_the_network_is_even() {
        let mut target = adaptive();
        assert_eq!(target.target(), 8 * 40);
        assert_eq!(aim_after(&mut target, 49, |_| 0), 40);
        assert_eq!(aim_after(&mut target, 60, |_| 0), 5);
    }

    #[test]
    fn the_aim_stays_within_its_bounds() {
        assert_eq!(aim_after(&mut adaptive(), 600, |n| n % 2 * 900), 400);
    }

    #[test]
    fn peaks_that_come_back_are_waited_for() {
        // One packet in 300 is 120 ms late: fewer than the share that is spared.
        let mut target = patient();
        assert!(aim_after(&mut target, 301, |n| if n == 300 { 120 } else { 0 }) < 10);
        let mut target = patient();
        let every_six_seconds = |n| if n % 300 == 299 { 120 } else { 0 };
        assert_eq!(aim_after(&mut target, 1_300, every_six_seconds), 120);
        // And not for ever: half a minute later they are forgotten.
        (1_300..2_900).for_each(|n| target.receive(160 * n, 0));
        assert_eq!(target.target() / 8, 5);
    }

    #[test]
    fn a_fixed_delay_is_fixed() {
        let mut target = TargetDelay::new(&Config::fixed(8_000, Duration::from_millis(100)));
        assert_eq!(aim_after(&mut target, 600, |n| n % 7 * 30), 100);
        assert!(target.is_fixed());
    }

    #[test]
    fn more_is_added_on_request() {
        let mut target = with(Adaptive { extra: Duration::from_millis(40), ..Adaptive::default() });
        assert_eq!(aim_after(&mut target, 600, |_| 0), 41);
    }

    #[test]
    fn beyond_what_is_comfortable_delay_must_be_worth_it() {
        // Ten packets of a hundred are up to 190 ms late, evenly: 19 ms would save one of them.
        let late = |n: i64| if n % 10 == 9 { 10 + n / 10 % 10 * 20 } else { 0 };
        assert_eq!(aim_after(&mut adaptive(), 1_000, late), 75);
        assert!(aim_after(&mut patient(), 1_000, late) > 160);
    }
}
