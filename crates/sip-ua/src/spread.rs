//! Times that differ, so that what begins together does not come back together.

use std::time::Duration;

/// Draws parts of times. The same seed draws the same parts; nobody has to be kept from guessing them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread(u64);

impl Spread {
    pub(crate) fn new(seed: u64) -> Spread {
        Spread(seed)
    }

    /// A part of `time` between two percentages, each part as likely.
    pub(crate) fn part_of(&mut self, time: Duration, least: u64, most: u64) -> Duration {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let per_mille = least * 10 + (mixed ^ (mixed >> 31)) % ((most - least) * 10 + 1);
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 1000);
        Duration::from_millis(millis.saturating_mul(per_mille) / 1000)
    }
}
