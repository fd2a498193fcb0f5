//! The higher sub-band: ADPCM of two bits a sample (clauses 3.3 to 3.5).

use crate::predictor::Predictor;
use crate::scale::HigherScale;
use crate::{limit, saturate};

/// The one decision level of the four-level quantizer (table 14, Q2).
const DECISION: i32 = 564;

/// Output by code word (table 22, QM2).
static OUTPUTS: [i32; 4] = [-7_408, -1_616, 7_408, 1_616];

/// What a code word does to the scale (tables 17 and 18, RH2 and WH).
static WEIGHTS: [i32; 4] = [798, -214, 798, -214];

/// One direction of the higher sub-band.
#[derive(Clone, Debug)]
pub(crate) struct HigherBand {
    scale: HigherScale,
    predictor: Predictor,
}

impl HigherBand {
    pub(crate) const fn new() -> Self {
        Self { scale: HigherScale::new(), predictor: Predictor::new() }
    }

    /// The code word of a sample of 15 bits.
    #[inline]
    pub(crate) fn encode(&mut self, sample: i32) -> u8 {
        let code = self.quantize(saturate(sample - self.predictor.prediction()));
        self.advance(code);
        code
    }

    /// The sample of a code word of two bits.
    #[inline]
    pub(crate) fn decode(&mut self, code: u8) -> i32 {
        let prediction = self.predictor.prediction();
        let difference = self.advance(code & 3);
        limit(saturate(prediction + difference))
    }

    /// QUANTH.
    fn quantize(&self, difference: i32) -> u8 {
        let negative = difference >> 31;
        let large = (difference ^ negative) >= ((DECISION << 3) * self.scale.factor()) >> 15;
        let upper = if negative == 0 { 2 } else { 0 };
        upper | u8::from(!large)
    }

    fn advance(&mut self, code: u8) -> i32 {
        let code = usize::from(code);
        let difference = (self.scale.factor() * OUTPUTS[code]) >> 15;
        self.predictor.update(difference);
        self.scale.adapt(WEIGHTS[code]);
        difference
    }
}
