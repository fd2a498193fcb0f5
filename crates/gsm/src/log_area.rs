//! The spectrum as it is sent: logarithms of the ratios of neighbouring areas of the tube.

use crate::fixed_point::{abs, mult, mult_r};

const ORDER: usize = 8;

/// Scale and offset by which a ratio becomes a code, the inverse of the scale, and the smallest and the largest code
/// (tables 4.1 and 4.2: A, B, INVA, MIC, MAC).
struct Code {
    scale: i16,
    offset: i16,
    inverse: i16,
    least: i16,
    most: i16,
}

const fn code(scale: i16, offset: i16, inverse: i16, least: i16, most: i16) -> Code {
    Code { scale, offset, inverse, least, most }
}

static CODES: [Code; ORDER] = [
    code(20_480, 0, 13_107, -32, 31),
    code(20_480, 0, 13_107, -32, 31),
    code(20_480, 2_048, 13_107, -16, 15),
    code(20_480, -2_560, 13_107, -16, 15),
    code(13_964, 94, 19_223, -8, 7),
    code(15_360, -1_792, 17_476, -8, 7),
    code(8_534, -341, 31_454, -4, 3),
    code(9_036, -1_144, 29_708, -4, 3),
];

/// The codes of reflection coefficients (clauses 5.2.6 and 5.2.7).
pub(crate) fn encode(reflections: &[i16; ORDER]) -> [u8; ORDER] {
    core::array::from_fn(|n| {
        let Code { scale, offset, least, most, .. } = CODES[n];
        let ratio = ratio(reflections[n]);
        let scaled = mult(scale, ratio).saturating_add(offset).saturating_add(256) >> 9;
        (scaled.clamp(least, most) - least) as u8
    })
}

/// The ratios of codes (clause 5.2.8).
pub(crate) fn decode(codes: &[u8; ORDER]) -> [i16; ORDER] {
    core::array::from_fn(|n| {
        let Code { offset, inverse, least, most, .. } = CODES[n];
        let code = (i16::from(codes[n]) & (most - least)) + least;
        let ratio = mult_r(inverse, (code << 10).saturating_sub(offset << 1));
        ratio.saturating_add(ratio)
    })
}

/// The reflection coefficients of each part of a frame, with the samples that it has: for its first quarter they go
/// over from the last frame's (clause 5.2.9).
pub(crate) fn parts(last: &[i16; ORDER], now: &[i16; ORDER]) -> [(usize, [i16; ORDER]); 4] {
    let mix = |weigh: fn(i16, i16) -> i16| core::array::from_fn(|n| reflection(weigh(last[n], now[n])));
    [
        (13, mix(|last, now| (last >> 2).saturating_add(now >> 2).saturating_add(last >> 1))),
        (14, mix(|last, now| (last >> 1).saturating_add(now >> 1))),
        (13, mix(|last, now| (last >> 2).saturating_add(now >> 2).saturating_add(now >> 1))),
        (120, mix(|_, now| now)),
    ]
}

/// The logarithm in three straight pieces (clause 5.2.6).
fn ratio(reflection: i16) -> i16 {
    let magnitude = match abs(reflection) {
        small @ ..22_118 => small >> 1,
        medium @ ..31_130 => medium - 11_059,
        large => (large - 26_112) << 2,
    };
    if reflection < 0 { -magnitude } else { magnitude }
}

/// Its inverse (clause 5.2.9.2).
fn reflection(ratio: i16) -> i16 {
    let magnitude = match abs(ratio) {
        small @ ..11_059 => small << 1,
        medium @ ..20_070 => medium + 11_059,
        large => (large >> 2).saturating_add(26_112),
    };
    if ratio < 0 { -magnitude } else { magnitude }
}
