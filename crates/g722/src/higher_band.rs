//! The higher sub-band: ADPCM of two bits a sample (clauses 3.3 to 3.5).

/// The one decision level of the four-level quantizer (table 14, Q2).
const DECISION: i32 = 564;

/// Output by code word (table 22, QM2).
static OUTPUTS: [i16; 4] = [-7_408, -1_616, 7_408, 1_616];

/// What a code word does to the scale (tables 17 and 18, RH2 and WH).
static WEIGHTS: [i16; 4] = [798, -214, 798, -214];

/// The code word for a difference of 16 bits from what was predicted (QUANTH).
#[inline(always)]
pub(crate) fn quantize(difference: i32, factor: i32) -> u8 {
    let negative = difference >> 31;
    let small = (difference ^ negative) < ((DECISION << 3) * factor) >> 15;
    (!negative & 2) as u8 | u8::from(small)
}

/// The difference that a code word of two bits stands for.
#[inline(always)]
pub(crate) fn difference(code: u8, factor: i32) -> i32 {
    (factor * i32::from(OUTPUTS[usize::from(code & 3)])) >> 15
}

/// What it does to the scale.
#[inline(always)]
pub(crate) fn weight(code: u8) -> i16 {
    WEIGHTS[usize::from(code & 3)]
}
