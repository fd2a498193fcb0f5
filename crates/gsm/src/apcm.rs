//! How loud the loudest pulse is, on a scale like a law of G.711, and all of them in eighths of it.

use crate::fixed_point::{abs, mult, mult_r};
use crate::pulses::PULSES;

/// One by (mantissa + 8)/16, and (mantissa + 8)/16 (tables 4.5 and 4.6: NRFAC, FAC).
static INVERSES: [i16; 8] = [29_128, 26_215, 23_832, 21_846, 20_165, 18_725, 17_476, 16_384];
static FACTORS: [i16; 8] = [18_431, 20_479, 22_527, 24_575, 26_623, 28_671, 30_719, 32_767];

/// The code of the loudest pulse and those of all (clause 5.2.15).
pub(crate) fn encode(pulses: &[i16; PULSES]) -> (u8, [u8; PULSES]) {
    let loudest = pulses.iter().copied().map(abs).max().unwrap_or(0);
    let exponent = 16 - (loudest >> 9).leading_zeros() as i16; // bits above the ninth: at most 6
    let maximum = (loudest >> (exponent + 5)) + (exponent << 3);
    let (exponent, mantissa) = parts(maximum as u8);
    let codes = pulses.map(|pulse| {
        let scaled = (i32::from(pulse) << (6 - exponent)) as i16;
        ((mult(scaled, INVERSES[mantissa]) >> 12) + 4) as u8
    });
    (maximum as u8, codes)
}

/// The pulses of their codes (clause 5.2.16).
pub(crate) fn decode(maximum: u8, codes: &[u8; PULSES]) -> [i16; PULSES] {
    let (exponent, mantissa) = parts(maximum & 63);
    let shift = 6 - exponent;
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    codes.map(|code| {
        let eighths = (2 * i16::from(code & 7) - 7) << 12;
        mult_r(FACTORS[mantissa], eighths).saturating_add(half) >> shift
    })
}

/// Exponent (−4 to 6) and mantissa (0 to 7) of a code of 6 bits.
fn parts(maximum: u8) -> (i16, usize) {
    let maximum = i16::from(maximum);
    let mut exponent = if maximum > 15 { (maximum >> 3) - 1 } else { 0 };
    let mut mantissa = maximum - (exponent << 3);
    if mantissa == 0 {
        return (-4, 7);
    }
    while mantissa <= 7 {
        mantissa = mantissa << 1 | 1;
        exponent -= 1;
    }
    (exponent, usize::from(mantissa as u8 - 8))
}
