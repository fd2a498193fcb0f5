//! How far apart the steps of a quantizer are (clause 3.5; sub-blocks LOGSCL, SCALEL, LOGSCH, SCALEH).
//!
//! It is kept as a logarithm that each code word moves up or down, and that forgets what is long ago.

/// 2,048 times two to the power of `n`/32, one octave.
static OCTAVE: [i32; 32] = [
    2_048, 2_093, 2_139, 2_186, 2_233, 2_282, 2_332, 2_383, 2_435, 2_489, 2_543, 2_599, 2_656, 2_714, 2_774,
    2_834, 2_896, 2_960, 3_025, 3_091, 3_158, 3_228, 3_298, 3_371, 3_444, 3_520, 3_597, 3_676, 3_756, 3_838,
    3_922, 4_008,
];

/// The scale factor of a sub-band whose logarithm is at most `LIMIT` and whose table is shifted by `SHIFT` octaves.
#[derive(Clone, Debug)]
pub(crate) struct Scale<const LIMIT: i32, const SHIFT: i32> {
    /// The logarithm to base two; 2,048 an octave.
    log: i32,
    factor: i32,
}

/// That of the lower sub-band.
pub(crate) type LowerScale = Scale<18_432, 8>;

/// That of the higher sub-band.
pub(crate) type HigherScale = Scale<22_528, 10>;

impl<const LIMIT: i32, const SHIFT: i32> Scale<LIMIT, SHIFT> {
    pub(crate) const fn new() -> Self {
        Self { log: 0, factor: Self::linear(0) }
    }

    /// The factor itself, up to 16,384: what a step of the quantizer is multiplied with, in units of 2⁻¹⁵.
    pub(crate) const fn factor(&self) -> i32 {
        self.factor
    }

    /// A code word was sent or received: large ones widen the steps, small ones narrow them.
    pub(crate) fn adapt(&mut self, weight: i32) {
        let leaked = (self.log * 32_512) >> 15;
        self.log = (leaked + weight).clamp(0, LIMIT);
        self.factor = Self::linear(self.log);
    }

    const fn linear(log: i32) -> i32 {
        let mantissa = OCTAVE[((log >> 6) & 31) as usize];
        // One octave of head room, so that there is one direction to shift.
        (mantissa << 1 >> (SHIFT + 1 - (log >> 11))) << 2
    }
}
