//! What the next sample of a sub-band will be, guessed of the past (clause 3.6): two poles and six zeros, which adapt
//! by the signs of what came. Names in brackets are the Recommendation's sub-blocks, here of either sub-band.

use crate::saturate;

const ZEROS: usize = 6;

/// The state of a predictor. All values are of 16 bits; coefficients of poles count in 2⁻¹⁴, those of zeros in 2⁻¹⁵ of
/// a doubled sample.
#[derive(Clone, Debug)]
pub(crate) struct Predictor {
    poles: [i32; 2],
    zeros: [i32; ZEROS],
    /// The last two reconstructed samples, newest first.
    reconstructed: [i32; 2],
    /// Signs of the last two samples without the poles' part; −1 or 0, newest first.
    partial_signs: [i32; 2],
    /// The last six quantized differences, newest first.
    differences: [i32; ZEROS],
    /// What the zeros say of the next sample.
    from_zeros: i32,
    /// What poles and zeros say of it.
    prediction: i32,
}

impl Predictor {
    pub(crate) const fn new() -> Self {
        Self {
            poles: [0; 2],
            zeros: [0; ZEROS],
            reconstructed: [0; 2],
            partial_signs: [0; 2],
            differences: [0; ZEROS],
            from_zeros: 0,
            prediction: 0,
        }
    }

    /// The next sample, as far as the past tells.
    pub(crate) const fn prediction(&self) -> i32 {
        self.prediction
    }

    /// Learns by how much the prediction was wrong, as the other side hears it.
    pub(crate) fn update(&mut self, difference: i32) {
        let reconstructed = saturate(self.prediction + difference); // RECONS
        let partial = saturate(self.from_zeros + difference); // PARREC
        self.adapt_poles(partial >> 31);
        self.adapt_zeros(difference);
        self.reconstructed = [reconstructed, self.reconstructed[0]];
        self.differences.copy_within(..ZEROS - 1, 1);
        self.differences[0] = difference;
        self.predict();
    }

    /// UPPOL2 and UPPOL1. `sign` is −1 or 0.
    fn adapt_poles(&mut self, sign: i32) {
        let [first, second] = self.poles;
        let [sign1, sign2] = self.partial_signs;
        let towards = |other: i32, step: i32| if sign == other { step } else { -step };

        let quadrupled = saturate(first << 2);
        let opposed = if sign == sign1 { saturate(-quadrupled) } else { quadrupled };
        let moved = saturate((opposed >> 7) + towards(sign2, 128));
        let second = saturate(moved + ((second * 32_512) >> 15)).clamp(-12_288, 12_288);

        let moved = saturate(towards(sign1, 192) + ((first * 32_640) >> 15));
        let bound = 15_360 - second;
        self.poles = [moved.clamp(-bound, bound), second];
        self.partial_signs = [sign, sign1];
    }

    /// UPZERO.
    fn adapt_zeros(&mut self, difference: i32) {
        let step = if difference == 0 { 0 } else { 128 };
        for (zero, past) in self.zeros.iter_mut().zip(&self.differences) {
            let opposed = (difference ^ past) >> 31; // −1 where the signs differ, else 0
            // The leak bounds it to −32,768 and 32,640, so that this addition has nothing to saturate.
            *zero = ((*zero * 32_640) >> 15) + ((step ^ opposed) - opposed);
        }
    }

    /// FILTEP, FILTEZ and PREDIC.
    fn predict(&mut self) {
        let part = |coefficient: &i32, sample: &i32| (coefficient * saturate(sample * 2)) >> 15;
        let from_poles = saturate(
            part(&self.poles[0], &self.reconstructed[0]) + part(&self.poles[1], &self.reconstructed[1]),
        );
        self.from_zeros = self
            .zeros
            .iter()
            .zip(&self.differences)
            .rev()
            .fold(0, |sum, (zero, past)| saturate(sum + part(zero, past)));
        self.prediction = saturate(from_poles + self.from_zeros);
    }
}
