use crate::Rate;
use crate::predictor::{Estimate, Heard, Predictor};
use crate::scale::Scale;

/// The state of either end.
#[derive(Clone, Debug)]
pub(crate) struct Adpcm {
    rate: Rate,
    scale: Scale,
    predictor: Predictor,
}

impl Adpcm {
    pub(crate) const fn new(rate: Rate) -> Self {
        Self { rate, scale: Scale::new(), predictor: Predictor::new() }
    }

    pub(crate) const fn rate(&self) -> Rate {
        self.rate
    }

    /// The code of a sample of 16 bits.
    pub(crate) fn encode(&mut self, sample: i16) -> u8 {
        let (estimate, factor) = (self.predictor.estimate(), self.scale.factor());
        let difference = i32::from(sample >> 2) - estimate.signal;
        let code = self.rate.table().quantize(difference, factor);
        self.advance(code, estimate, factor);
        code
    }

    /// The sample of a code. Bits above those of the rate are left out.
    pub(crate) fn decode(&mut self, code: u8) -> i16 {
        let (estimate, factor) = (self.predictor.estimate(), self.scale.factor());
        let sample = self.advance(code, estimate, factor);
        (sample << 2).clamp(-32_768, 32_767) as i16
    }

    /// What both ends do with a code alike; gives the sample of 14 bits, or a little more.
    fn advance(&mut self, code: u8, estimate: Estimate, factor: i32) -> i32 {
        let table = self.rate.table();
        let (negative, level) = table.parts(code);
        let magnitude = table.magnitude(level, factor);
        let difference = if negative { -magnitude } else { magnitude };
        let sample = i32::from((estimate.signal + difference) as i16); // ADDB
        let transition = self.predictor.is_transition(magnitude, self.scale.slow());
        self.predictor.update(self.rate, estimate, Heard { negative, magnitude, sample }, transition);
        let (weight, unrest) = (table.weights[level], table.unrest[level]);
        self.scale.update(factor, weight, unrest, self.predictor.tone(), transition);
        sample
    }
}
