use core::num::NonZeroU32;

/// How far from its anchor a timestamp may be before the anchor follows it: well within what 32 bits tell apart.
const FAR: u64 = 1 << 28;

/// Timestamps of one clock as those of another: what is spoken at 48 kHz, told to one who counts at 8 kHz.
///
/// Both wrap around, and at different moments; differences are kept. The first timestamp stands for itself, which a
/// [`StreamRewriter`](crate::StreamRewriter) makes ours.
///
/// ```
/// let mut scale = rtp::ClockScale::new(48_000, 8_000);
/// let first = scale.apply(u32::MAX - 959);
/// assert_eq!(scale.apply(0).wrapping_sub(first), 160);
/// assert_eq!(scale.apply(960).wrapping_sub(first), 320);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ClockScale {
    from: NonZeroU32,
    to: NonZeroU32,
    /// A moment by both clocks.
    anchor: Option<(u32, u32)>,
}

impl ClockScale {
    /// From a clock of `from` ticks a second to one of `to`. A clock of no ticks counts as one of a tick.
    pub const fn new(from: u32, to: u32) -> Self {
        Self { from: at_least_one(from), to: at_least_one(to), anchor: None }
    }

    /// Ticks a second of the clock that it reads.
    pub const fn from(&self) -> u32 {
        self.from.get()
    }

    /// Ticks a second of the clock that it tells.
    pub const fn to(&self) -> u32 {
        self.to.get()
    }

    /// The timestamp by the other clock.
    #[inline]
    pub fn apply(&mut self, timestamp: u32) -> u32 {
        if self.from == self.to {
            return timestamp;
        }
        let (here, there) = *self.anchor.get_or_insert((timestamp, timestamp));
        // Half a turn ahead or behind, as timestamps compare.
        let passed = i64::from(timestamp.wrapping_sub(here) as i32);
        let (from, to) = (i64::from(self.from.get()), i64::from(self.to.get()));
        let told = there.wrapping_add((passed * to).div_euclid(from) as u32);
        if passed.unsigned_abs() > FAR {
            // Whole seconds are exact by both.
            let seconds = passed / from;
            self.anchor =
                Some((here.wrapping_add((seconds * from) as u32), there.wrapping_add((seconds * to) as u32)));
        }
        told
    }
}

const fn at_least_one(rate: u32) -> NonZeroU32 {
    match NonZeroU32::new(rate) {
        Some(rate) => rate,
        None => NonZeroU32::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::ClockScale;

    #[test]
    fn one_clock_is_itself() {
        let mut scale = ClockScale::new(8_000, 8_000);
        assert!([7, u32::MAX, 0, 1 << 31].into_iter().all(|timestamp| scale.apply(timestamp) == timestamp));
    }

    #[test]
    fn both_may_wrap_as_often_as_they_like() {
        for (from, to) in [(48_000, 8_000), (8_000, 48_000), (16_000, 48_000), (44_100, 8_000)] {
            let mut scale = ClockScale::new(from, to);
            let start = u64::from(u32::MAX) - 5;
            let first = scale.apply(start as u32);
            // Nine days, a packet now and then.
            for second in (0..800_000).step_by(997) {
                let told = scale.apply((start + second * u64::from(from)) as u32).wrapping_sub(first);
                assert_eq!(told, (second * u64::from(to)) as u32, "{from} to {to} after {second} s");
            }
        }
    }

    #[test]
    fn late_packets_stay_late() {
        let mut scale = ClockScale::new(48_000, 8_000);
        let now = scale.apply(96_000);
        assert_eq!(now.wrapping_sub(scale.apply(96_000 - 960)), 160);
        assert_eq!(now.wrapping_sub(scale.apply(96_000 - 961)), 161, "never later than it was");
    }

    #[test]
    fn no_clock_breaks_it() {
        for (from, to) in [(0, 8_000), (8_000, 0), (u32::MAX, 1), (1, u32::MAX)] {
            let mut scale = ClockScale::new(from, to);
            for timestamp in [0, 1, u32::MAX, 1 << 31, 3 << 30, 1 << 29] {
                scale.apply(timestamp);
            }
        }
    }
}
