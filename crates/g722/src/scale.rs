//! How far apart the steps of a quantizer are (clause 3.5; sub-blocks LOGSCL, SCALEL, LOGSCH, SCALEH).
//!
//! It is kept as a logarithm that each code word moves up or down, and that forgets what is long ago.

use wide::i16x8;

use crate::pair::{Pair, higher, lower, pair};

/// 2,048 times two to the power of `n`/32, one octave.
const OCTAVE: [u16; 32] = [
    2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774,
    2_834, 2_896, 2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838,
    3_922, 4_008,
];

/// The factor of each 32nd of an octave: eleven octaves, as the higher sub-band has them, and their end. What follows is there
/// for the sake of a number of places that needs no check.
static FACTORS: [u16; 512] = {
    let mut factors = [0; 512];
    let mut place = 0;
    while place <= 11 * 32 {
        // One octave of head room, so that there is one direction to shift.
        factors[place] = (OCTAVE[place % 32] << 1 >> (11 - place / 32)) << 2;
        place += 1;
    }
    factors
};

/// The place of the lower sub-band's first factor: it has nine octaves.
const FIRST: usize = 64;

/// The highest logarithms.
const MOST: Pair = i16x8::new([18_432, 0, 0, 0, 22_528, 0, 0, 0]);

/// The scale factors of both sub-bands.
#[derive(Clone, Debug)]
pub(crate) struct Scales {
    /// The logarithms to base two; 2,048 an octave.
    logs: Pair,
    lower: i32,
    higher: i32,
}

impl Scales {
    pub(crate) const fn new() -> Self {
        Self { logs: i16x8::new([0; 8]), lower: FACTORS[FIRST] as i32, higher: FACTORS[0] as i32 }
    }

    /// That of the lower sub-band, up to 16,384: what a step of the quantizer is multiplied with, in units of 2⁻¹⁵.
    #[inline(always)]
    pub(crate) const fn lower(&self) -> i32 {
        self.lower
    }

    /// That of the higher sub-band.
    #[inline(always)]
    pub(crate) const fn higher(&self) -> i32 {
        self.higher
    }

    /// Code words were sent or received: large ones widen the steps, small ones narrow them.
    #[inline(always)]
    pub(crate) fn adapt(&mut self, of_lower: i16, of_higher: i16) {
        // A 128th leaks.
        let leaked = self.logs + self.logs.mul_keep_high(i16x8::new([-512; 8]));
        let logs = leaked + pair(of_lower.into(), of_higher.into());
        self.logs = logs.max(i16x8::new([0; 8])).min(MOST);
        let factor = |place: usize| i32::from(FACTORS[place % FACTORS.len()]);
        self.lower = factor(FIRST + (lower(self.logs) >> 6) as usize);
        self.higher = factor((higher(self.logs) >> 6) as usize);
    }
}
