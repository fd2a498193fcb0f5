/// Bits of the significand of an `f32` that lie below the four that name the step.
const BELOW_STEP: u32 = 23 - 4;

/// The exponent of 2⁷, where segment 0 starts, as an `f32` stores it.
const FIRST_SEGMENT: i32 = 127 + 7;

/// Segment (above) and step (the low four bits) of a magnitude of 128 to 32,767.
///
/// Both laws cut each octave into 16 steps, which is what the exponent and the upper significand of a floating-point
/// number say. The conversion is exact below 2²⁴, and unlike a count of leading zeros it is an instruction that all
/// vector units have, so a loop of this compiles to several samples at a time.
#[inline(always)]
pub(crate) const fn segment_and_step(magnitude: i32) -> i32 {
    ((magnitude as f32).to_bits() >> BELOW_STEP) as i32 - (FIRST_SEGMENT << 4)
}
