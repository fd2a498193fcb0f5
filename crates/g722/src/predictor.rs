//! What the next sample of a sub-band will be, guessed of the past (clause 3.6): two poles and six zeros, which adapt
//! by the signs of what came. Names in brackets are the Recommendation's sub-blocks, here of either sub-band.
//!
//! Its sums saturate one addition after the other. Where a comment does not say so, those that are not saturated here
//! cannot overflow.

use wide::bytemuck::cast;
use wide::i16x8;

use crate::saturate;

/// How much the coefficient of each zero moves with a sample. They are six; the last two lanes stay at 0.
const STEPS: i16x8 = i16x8::new([128, 128, 128, 128, 128, 128, 0, 0]);

/// What six numbers may have at most, so that no sum of some of them leaves 16 bits.
const QUIET: i16x8 = i16x8::new([32_767 / 6; 8]);

/// The state of a predictor.
#[derive(Clone, Debug)]
pub(crate) struct Predictor {
    /// Coefficients in units of 2⁻¹⁴: at most 27,648 and 12,288.
    poles: [i32; 2],
    /// Twice the last two reconstructed samples, newest first.
    reconstructed: [i32; 2],
    /// Signs of the last two samples without the poles' part; −1 or 0, newest first.
    partial_signs: [i32; 2],
    /// Coefficients in units of 2⁻¹⁴: −32,768 to 32,640.
    zeros: i16x8,
    /// Twice the last quantized differences, newest first: at most 20,456.
    differences: i16x8,
    /// What the zeros say of the next sample.
    from_zeros: i32,
    /// What poles and zeros say of it.
    prediction: i32,
}

impl Predictor {
    pub(crate) const fn new() -> Self {
        Self {
            poles: [0; 2],
            reconstructed: [0; 2],
            partial_signs: [0; 2],
            zeros: i16x8::ZERO,
            differences: i16x8::ZERO,
            from_zeros: 0,
            prediction: 0,
        }
    }

    /// The next sample, as far as the past tells.
    #[inline]
    pub(crate) const fn prediction(&self) -> i32 {
        self.prediction
    }

    /// Learns by how much the prediction was wrong, as the other side hears it: at most by 10,228.
    #[inline(always)]
    pub(crate) fn update(&mut self, difference: i32) {
        self.adapt_poles((self.from_zeros + difference) >> 31); // PARREC
        let doubled = saturate(2 * (self.prediction + difference)); // RECONS, and half of FILTEP
        self.reconstructed = [doubled, self.reconstructed[0]];
        let [first, second] = self.poles;
        let [newer, older] = self.reconstructed;
        let from_poles = saturate(((first * newer) >> 15) + ((second * older) >> 15)); // FILTEP

        self.adapt_zeros((2 * difference) as i16);
        self.from_zeros = self.filter_zeros();
        self.prediction = saturate(from_poles + self.from_zeros); // PREDIC
    }

    /// UPPOL2 and UPPOL1. `sign` is −1 or 0.
    #[inline(always)]
    fn adapt_poles(&mut self, sign: i32) {
        let [first, second] = self.poles;
        let [sign1, sign2] = self.partial_signs;
        let towards = |other: i32, step: i32| if sign == other { step } else { -step };

        let quadrupled = saturate(first << 2);
        let opposed = if sign == sign1 { saturate(-quadrupled) } else { quadrupled };
        let moved = (opposed >> 7) + towards(sign2, 128);
        let second = (moved + ((second * 32_512) >> 15)).clamp(-12_288, 12_288);

        let moved = towards(sign1, 192) + ((first * 32_640) >> 15);
        let bound = 15_360 - second;
        self.poles = [moved.max(-bound).min(bound), second];
        self.partial_signs = [sign, sign1];
    }

    /// UPZERO.
    #[inline(always)]
    fn adapt_zeros(&mut self, newest: i16) {
        let all = i16x8::splat(newest);
        let opposed: i16x8 = (all ^ self.differences) >> 15; // −1 where the signs differ, else 0
        let steps = STEPS & !all.simd_eq(i16x8::ZERO);
        // A 256th leaks, so that it stays in 16 bits. −256/2¹⁶ in place of 32,640/2¹⁵ rounds alike.
        let leak = self.zeros.mul_keep_high(i16x8::splat(-256));
        self.zeros = self.zeros + leak + ((steps ^ opposed) - opposed);

        // Moved as a number of 128 bits: what goes through memory in pieces keeps the processor waiting.
        let moved = cast::<i16x8, u128>(self.differences) << 16 | u128::from(newest as u16);
        self.differences = cast(moved);
    }

    /// FILTEZ.
    #[inline(always)]
    fn filter_zeros(&self) -> i32 {
        let high = self.zeros.mul_keep_high(self.differences);
        let low = self.zeros * self.differences;
        let parts: i16x8 = high + high - (low >> 15); // the product's bits 15 to 30
        if parts.abs().simd_gt(QUIET).to_bitmask() == 0 {
            let [a, b, c, d] = parts.dot(i16x8::splat(1)).to_array();
            return a + b + c + d;
        }
        add_loud(parts)
    }
}

/// Adds in the order of the Recommendation, the oldest part first.
#[cold]
fn add_loud(parts: i16x8) -> i32 {
    parts.to_array().iter().rev().fold(0, |sum, &part| saturate(sum + i32::from(part)))
}
