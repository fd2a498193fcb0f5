//! What is done with samples before all else: scaled, freed of a constant offset, and their trebles raised.

use crate::FRAME_SAMPLES;
use crate::fixed_point::mult_r;

/// How much of the offset filter's past stays, and how much of a sample is taken from the next.
const OFFSET_POLE: i16 = 32_735;
const PREEMPHASIS: i16 = -28_180;

/// The state of both filters.
#[derive(Clone, Debug)]
pub(crate) struct Preprocessing {
    /// The last scaled sample (z1).
    scaled: i16,
    /// The offset filter's last output, in units of 2⁻¹⁵ (L_z2).
    free: i32,
    /// The last sample that was freed of its offset (mp).
    last: i16,
}

impl Preprocessing {
    pub(crate) const fn new() -> Self {
        Self { scaled: 0, free: 0, last: 0 }
    }

    /// Samples of 16 bits in, of which the upper 13 count.
    pub(crate) fn run(&mut self, pcm: &[i16; FRAME_SAMPLES]) -> [i16; FRAME_SAMPLES] {
        pcm.map(|sample| {
            let scaled = sample >> 3 << 2;
            let step = i32::from(scaled.saturating_sub(self.scaled)) << 15;
            self.scaled = scaled;

            let upper = self.free >> 15;
            let lower = (self.free & 0x7FFF) as i16;
            let step = step.saturating_add(i32::from(mult_r(lower, OFFSET_POLE)));
            self.free = (upper * i32::from(OFFSET_POLE)).saturating_add(step);

            let free = (self.free.saturating_add(16_384) >> 15) as i16;
            let raised = free.saturating_add(mult_r(self.last, PREEMPHASIS));
            self.last = free;
            raised
        })
    }
}
