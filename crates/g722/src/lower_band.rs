//! The lower sub-band: ADPCM of six bits a sample, of which four suffice to keep both ends in step (clauses 3.3 to 3.5).

use wide::bytemuck::cast;
use wide::{i8x16, i16x8, u16x8};

use crate::Mode;
use crate::pair::{Pair, lower};

/// Decision levels of the 60-level quantizer, the magnitudes at which the next code word begins (table 14, Q6), between two
/// that everything passes and one that nothing does: 32 of them fill four vector registers. Sixteen times each.
static DECISIONS: [u16x8; 4] = {
    const LEVELS: [u16; 32] = [
        0, 0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1_023,
        1_121, 1_219, 1_339, 1_458, 1_612, 1_765, 1_980, 2_195, 2_557, 2_919, 0,
    ];
    let mut all = [[0; 8]; 4];
    let mut place = 0;
    while place < LEVELS.len() {
        all[place / 8][place % 8] = LEVELS[place] << 4;
        place += 1;
    }
    [u16x8::new(all[0]), u16x8::new(all[1]), u16x8::new(all[2]), u16x8::new(all[3])]
};

/// The code word by the number of levels that were passed, of which the first counts as none; behind them those of negative
/// differences.
const CODES: [u8; 64] = {
    let mut codes = [0; 64];
    let mut passed = 0;
    while passed < 32 {
        codes[passed] = (63 - passed) as u8;
        codes[32 + passed] = if passed < 4 { 65 - passed } else { 35 - passed } as u8;
        passed += 1;
    }
    codes
};

/// Output by the upper four bits of a code word (table 19, QM4).
const OUTPUTS_4: [i16; 16] = [
    0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584,
    1_200, 0,
];

/// Output by the upper five bits of a code word (table 20, QM5).
const OUTPUTS_5: [i16; 32] = [
    -280, -280, -23_352, -17_560, -14_120, -11_664, -9_752, -8_184, -6_864, -5_712, -4_696, -3_784, -2_960,
    -2_208, -1_520, -880, 23_352, 17_560, 14_120, 11_664, 9_752, 8_184, 6_864, 5_712, 4_696, 3_784, 2_960,
    2_208, 1_520, 880, 280, -280,
];

/// Output by all six bits (table 21, QM6). No encoder sends the first four.
const OUTPUTS_6: [i16; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232,
    -9_360, -8_576, -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008, -3_576, -3_168, -2_776,
    -2_400, -2_032, -1_688, -1_360, -1_040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280,
    11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576, 6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168,
    2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728, 432, 136, -432, -136,
];

/// What a code word does to the scale, by its upper four bits (tables 15 and 16, RL42 and WL).
const WEIGHTS: [i16; 16] =
    [-60, 3_042, 1_198, 538, 334, 172, 58, -30, 3_042, 1_198, 538, 334, 172, 58, -30, -60];

/// What a code word of six bits sounds like, where as many are audio as the mode says.
static AUDIBLE: [[i16; 64]; 3] = {
    let mut all = [OUTPUTS_6, [0; 64], [0; 64]];
    let mut code = 0;
    while code < 64 {
        all[1][code] = OUTPUTS_5[code >> 1];
        all[2][code] = OUTPUTS_4[code >> 2];
        code += 1;
    }
    all
};

/// What is known of a code word before anybody has looked at it: where it stands among the others.
#[derive(Clone, Copy)]
pub(crate) struct Place(usize);

/// [`OUTPUTS_4`] and [`WEIGHTS`] by place, so that the way to the next sample need not go through the code word.
static OUTPUTS_BY_PLACE: [i16; 64] = by_place(&OUTPUTS_4);
static WEIGHTS_BY_PLACE: [i16; 64] = by_place(&WEIGHTS);

const fn by_place(by_code: &[i16; 16]) -> [i16; 64] {
    let mut all = [0; 64];
    let mut place = 0;
    while place < 64 {
        all[place] = by_code[(CODES[place] >> 2 & 15) as usize];
        place += 1;
    }
    all
}

impl Place {
    /// The code word.
    #[inline(always)]
    pub(crate) fn code(self) -> u8 {
        CODES[self.0 & 63]
    }

    /// The difference that it stands for, as [`difference`] has it.
    #[inline(always)]
    pub(crate) fn difference(self, factor: i32) -> i32 {
        scaled(OUTPUTS_BY_PLACE[self.0 & 63], factor)
    }

    /// What it does to the scale.
    #[inline(always)]
    pub(crate) fn weight(self) -> i16 {
        WEIGHTS_BY_PLACE[self.0 & 63]
    }
}

/// The place of the code word for a difference from what was predicted, that of the lower sub-band (QUANTL).
#[inline(always)]
pub(crate) fn quantize(differences: Pair, factor: i32) -> Place {
    let difference = i16x8::new([differences.to_array()[0]; 8]);
    let sign: i16x8 = difference >> 15;
    let magnitude = difference ^ sign;
    // Sixteen times a level in place of eight, so that a shift by 16 does what the Recommendation's by 15 does.
    let factor = u16x8::new([factor as u16; 8]);
    let above = |levels: u16x8| cast::<u16x8, i16x8>(levels.mul_keep_high(factor)).simd_gt(magnitude);
    let [a, b, c, d] = DECISIONS;
    let bits = |a: i16x8, b: i16x8| i8x16::from_i16x16_saturate(cast([a, b])).to_bitmask();
    let above = bits(above(a), above(b)) | bits(above(c), above(d)) << 16 | 1 << 31;
    let negative = lower(differences) >> 31;
    Place(((negative as u32 & 32) | above.trailing_zeros()) as usize)
}

/// What the code words of a mode sound like, as steps of the scale.
pub(crate) const fn audible(mode: Mode) -> &'static [i16; 64] {
    match mode {
        Mode::Kbps64 => &AUDIBLE[0],
        Mode::Kbps56 => &AUDIBLE[1],
        Mode::Kbps48 => &AUDIBLE[2],
    }
}

/// The difference that a code word of six bits stands for where both ends have to agree: only its upper four count.
#[inline(always)]
pub(crate) fn difference(code: u8, factor: i32) -> i32 {
    scaled(OUTPUTS_4[usize::from(code >> 2 & 15)], factor)
}

/// What it does to the scale.
#[inline(always)]
pub(crate) fn weight(code: u8) -> i16 {
    WEIGHTS[usize::from(code >> 2 & 15)]
}

/// So many steps of the scale.
#[inline(always)]
pub(crate) fn scaled(step: i16, factor: i32) -> i32 {
    (factor * i32::from(step)) >> 15
}
