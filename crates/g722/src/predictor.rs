//! What the next sample of each sub-band will be, guessed of the past (clause 3.6): two poles and six zeros, which adapt
//! by the signs of what came. Names in brackets are the Recommendation's sub-blocks, here of either sub-band.
//!
//! Its sums saturate one addition after the other. Where a comment does not say so, those that are not saturated here
//! cannot overflow.

use wide::i16x8;

use crate::pair::{Pair, ahead, alone, behind, pair};
use crate::saturate;

/// How much the coefficient of each zero moves with a sample. Those of the last lane of either half stay at 0.
const STEPS: i16x8 = i16x8::new([128, 128, 128, 0, 128, 128, 128, 0]);

/// What six numbers may have at most, so that no sum of some of them leaves 16 bits; one less, for negative ones.
const QUIET: i16x8 = all(32_767 / 6 - 1);

const fn all(value: i16) -> i16x8 {
    i16x8::new([value; 8])
}

/// The state of both predictors.
#[derive(Clone, Debug)]
pub(crate) struct Predictors {
    /// Coefficients in units of 2⁻¹⁴: at most 27,648 and 12,288.
    poles: [Pair; 2],
    /// Twice the last two reconstructed samples, newest first.
    reconstructed: [Pair; 2],
    /// Signs of the last two samples without the poles' part; −1 or 0, newest first.
    partial_signs: [Pair; 2],
    /// Coefficients in units of 2⁻¹⁴, −32,768 to 32,640: those of the newest three differences, and of the three before. The
    /// lower sub-band's stand in the first lanes of eight, the higher one's from the fifth on.
    zeros: [i16x8; 2],
    /// Twice the last six quantized differences, in their lanes, the newest first: at most 20,456. What stands in the last
    /// lane of either half has no coefficient.
    differences: [i16x8; 2],
    /// What the zeros say of the next sample.
    from_zeros: Pair,
    /// What poles and zeros say of it.
    prediction: Pair,
}

impl Predictors {
    pub(crate) const fn new() -> Self {
        const NOTHING: i16x8 = all(0);
        Self {
            poles: [NOTHING; 2],
            reconstructed: [NOTHING; 2],
            partial_signs: [NOTHING; 2],
            zeros: [NOTHING; 2],
            differences: [NOTHING; 2],
            from_zeros: NOTHING,
            prediction: NOTHING,
        }
    }

    /// The next samples, as far as the past tells.
    #[inline(always)]
    pub(crate) fn prediction(&self) -> Pair {
        self.prediction
    }

    /// Learns by how much the predictions were wrong, as the other side hears it: at most by 10,228. `differences` stand in all
    /// lanes of their halves.
    #[inline(always)]
    pub(crate) fn update(&mut self, differences: Pair) {
        let sign: i16x8 = self.from_zeros.saturating_add(differences) >> 15;
        self.adapt_poles(sign); // PARREC
        let sample = self.prediction.saturating_add(differences); // RECONS
        self.reconstructed = [sample.saturating_add(sample), self.reconstructed[0]];
        let [newer, older] = self.reconstructed;
        let from_poles = scaled(self.poles[0], newer).saturating_add(scaled(self.poles[1], older)); // FILTEP

        self.adapt_zeros(differences + differences);
        self.from_zeros = self.filter_zeros();
        self.prediction = from_poles.saturating_add(self.from_zeros); // PREDIC
    }

    /// UPPOL2 and UPPOL1. `sign` is −1 or 0.
    #[inline(always)]
    fn adapt_poles(&mut self, sign: Pair) {
        let [first, second] = self.poles;
        // −1 where the signs differ, else 0.
        let [differs1, differs2] = self.partial_signs.map(|earlier| sign ^ earlier);
        // Positive where the signs are the same.
        let towards = |differs: i16x8, step: i16| (all(step) ^ differs) - differs;

        // Four times the coefficient in 16 bits, and a 128th of that.
        let opposed: i16x8 = (differs1 - (first ^ differs1)) >> 5;
        let moved = opposed.max(all(-256)).min(all(255)) + towards(differs2, 128);
        let leaked = second + second.mul_keep_high(all(-512));
        let second = (moved + leaked).max(all(-12_288)).min(all(12_288));

        let leaked = first + first.mul_keep_high(all(-256));
        let bound = all(15_360) - second;
        let first = (towards(differs1, 192) + leaked).max(second - all(15_360)).min(bound);
        self.poles = [first, second];
        self.partial_signs = [sign, self.partial_signs[0]];
    }

    /// UPZERO. The newest difference stands everywhere.
    #[inline(always)]
    fn adapt_zeros(&mut self, everywhere: i16x8) {
        let steps = STEPS & !everywhere.simd_eq(all(0));
        let adapted = |zeros: i16x8, differences: i16x8| {
            let opposed: i16x8 = (everywhere ^ differences) >> 15; // −1 where the signs differ, else 0
            // A 256th leaks, so that it stays in 16 bits. −256/2¹⁶ in place of 32,640/2¹⁵ rounds alike.
            let leak = zeros.mul_keep_high(all(-256));
            zeros + leak + ((steps ^ opposed) - opposed)
        };
        let ([newer, older], [first, second]) = (self.differences, self.zeros);
        self.zeros = [adapted(first, newer), adapted(second, older)];

        let moved = ahead(newer, 1);
        self.differences = [moved | alone(everywhere), ahead(older, 1) | behind(moved, 3)];
    }

    /// FILTEZ.
    #[inline(always)]
    fn filter_zeros(&self) -> Pair {
        let newer = scaled(self.zeros[0], self.differences[0]);
        let older = scaled(self.zeros[1], self.differences[1]);
        // Of a negative number this is one less than its magnitude, which is as good here.
        let magnitude = |parts: i16x8| -> i16x8 { parts ^ (parts >> 15) };
        if magnitude(newer).max(magnitude(older)).simd_gt(QUIET).any() {
            return add_loud(newer, older);
        }
        let by_two = newer + older;
        by_two + behind(by_two, 1) + behind(by_two, 2)
    }
}

/// Products of coefficients in units of 2⁻¹⁴ and of what is twice a sample: their bits 15 to 30.
#[inline(always)]
fn scaled(coefficients: i16x8, doubled: i16x8) -> i16x8 {
    let high = coefficients.mul_keep_high(doubled);
    let low: i16x8 = (coefficients * doubled) >> 15;
    // Nothing saturates here. A plain sum makes the compiler see a product of 32 bits and work on halves.
    high.saturating_add(high) - low
}

/// Adds in the order of the Recommendation, the oldest part first.
#[cold]
fn add_loud(newer: i16x8, older: i16x8) -> Pair {
    let (newer, older) = (newer.to_array(), older.to_array());
    let sum = |first: usize| {
        let parts = [older[first + 2], older[first + 1], older[first]];
        let parts = parts.into_iter().chain([newer[first + 2], newer[first + 1], newer[first]]);
        parts.fold(0, |sum, part| saturate(sum + i32::from(part)))
    };
    pair(sum(0), sum(4))
}
