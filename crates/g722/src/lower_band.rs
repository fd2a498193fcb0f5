//! The lower sub-band: ADPCM of six bits a sample, of which four suffice to keep both ends in step (clauses 3.3 to 3.5).

use crate::predictor::Predictor;
use crate::scale::LowerScale;
use crate::{Mode, limit, saturate};

/// Decision levels of the 60-level quantizer, the magnitudes at which the next code word begins (table 14, Q6), behind
/// three that everything passes: 32 of them fill four vector registers.
static DECISIONS: [u16; 32] = [
    0, 0, 0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1_023,
    1_121, 1_219, 1_339, 1_458, 1_612, 1_765, 1_980, 2_195, 2_557, 2_919,
];

/// Output by the upper four bits of a code word (table 19, QM4).
static OUTPUTS_4: [i16; 16] = [
    0, -20_456, -12_896, -8_968, -6_288, -4_240, -2_584, -1_200, 20_456, 12_896, 8_968, 6_288, 4_240, 2_584,
    1_200, 0,
];

/// Output by the upper five bits of a code word (table 20, QM5).
static OUTPUTS_5: [i16; 32] = [
    -280, -280, -23_352, -17_560, -14_120, -11_664, -9_752, -8_184, -6_864, -5_712, -4_696, -3_784, -2_960,
    -2_208, -1_520, -880, 23_352, 17_560, 14_120, 11_664, 9_752, 8_184, 6_864, 5_712, 4_696, 3_784, 2_960,
    2_208, 1_520, 880, 280, -280,
];

/// Output by all six bits (table 21, QM6). No encoder sends the first four.
static OUTPUTS_6: [i16; 64] = [
    -136, -136, -136, -136, -24_808, -21_904, -19_008, -16_704, -14_984, -13_512, -12_280, -11_192, -10_232,
    -9_360, -8_576, -7_856, -7_192, -6_576, -6_000, -5_456, -4_944, -4_464, -4_008, -3_576, -3_168, -2_776,
    -2_400, -2_032, -1_688, -1_360, -1_040, -728, 24_808, 21_904, 19_008, 16_704, 14_984, 13_512, 12_280,
    11_192, 10_232, 9_360, 8_576, 7_856, 7_192, 6_576, 6_000, 5_456, 4_944, 4_464, 4_008, 3_576, 3_168,
    2_776, 2_400, 2_032, 1_688, 1_360, 1_040, 728, 432, 136, -432, -136,
];

/// What a code word does to the scale, by its upper four bits (tables 15 and 16, RL42 and WL).
static WEIGHTS: [i16; 16] =
    [-60, 3_042, 1_198, 538, 334, 172, 58, -30, 3_042, 1_198, 538, 334, 172, 58, -30, -60];

/// One direction of the lower sub-band.
#[derive(Clone, Debug)]
pub(crate) struct LowerBand {
    scale: LowerScale,
    predictor: Predictor,
}

impl LowerBand {
    pub(crate) const fn new() -> Self {
        Self { scale: LowerScale::new(), predictor: Predictor::new() }
    }

    /// The code word of a sample of 15 bits.
    #[inline]
    pub(crate) fn encode(&mut self, sample: i32) -> u8 {
        let code = self.quantize(saturate(sample - self.predictor.prediction()));
        self.advance(code);
        code
    }

    /// The sample of a code word of six bits, of which the last ones are none of ours in modes 2 and 3.
    #[inline]
    pub(crate) fn decode(&mut self, code: u8, mode: Mode) -> i32 {
        let code = usize::from(code & 63);
        let step = match mode {
            Mode::Kbps64 => OUTPUTS_6[code],
            Mode::Kbps56 => OUTPUTS_5[code >> 1],
            Mode::Kbps48 => OUTPUTS_4[code >> 2],
        };
        let sample = limit(saturate(self.predictor.prediction() + self.scaled(step)));
        self.advance(code as u8);
        sample
    }

    /// QUANTL. The decisions are counted without a branch, so that the compiler takes eight of them at a time.
    fn quantize(&self, difference: i32) -> u8 {
        let negative = difference >> 31;
        let magnitude = (difference ^ negative) as u16;
        // Sixteen in place of eight, so that a shift by 16 does what the Recommendation's by 15 does.
        let factor = self.scale.factor() as u16;
        let passed: u16 = DECISIONS
            .iter()
            .map(|&decision| {
                u16::from(((u32::from(decision << 4) * u32::from(factor)) >> 16) as u16 <= magnitude)
            })
            .sum();
        match (negative, passed as u8) {
            (0, passed) => 64 - passed,
            (_, passed @ ..5) => 66 - passed,
            (_, passed) => 36 - passed,
        }
    }

    /// What both ends do with a code word alike: only its upper four bits count.
    fn advance(&mut self, code: u8) {
        let upper = usize::from(code >> 2);
        let difference = self.scaled(OUTPUTS_4[upper]);
        self.predictor.update(difference);
        self.scale.adapt(i32::from(WEIGHTS[upper]));
    }

    fn scaled(&self, step: i16) -> i32 {
        (self.scale.factor() * i32::from(step)) >> 15
    }
}
