//! Quadrature mirror filters (clauses 3.1 and 4.4): 24 taps, of which each half mirrors the other.
//!
//! A vector has what several outputs take of two taps, so that nothing is added up across its lanes.

use wide::bytemuck::cast;
use wide::{i16x8, i32x4};

use crate::BLOCK;
use crate::bands::limit;
use crate::pair::{Pair, higher, lower};

const TAPS: usize = 24;

/// The coefficients (table 11), in units of 2⁻¹³.
const COEFFICIENTS: [i16; TAPS] = [
    3, -11, -11, 53, 12, -156, 32, 362, -210, -805, 951, 3_876, 3_876, 951, -805, -210, 362, 32, -156, 12,
    53, -11, -11, 3,
];

/// Two coefficients for each output, tap after tap, for windows that begin with the oldest sample.
static LOWER: [i16x8; TAPS / 2] = by_two([1, 1]);

/// Those of the higher sub-band: the sign of every other one turned.
static HIGHER: [i16x8; TAPS / 2] = by_two([-1, 1]);

/// Those of even and of odd number.
static EVEN: [i16x8; TAPS / 4] = every_other(0);
static ODD: [i16x8; TAPS / 4] = every_other(1);

/// Samples of the past that the filter of the transmitter needs.
const PAST: usize = TAPS - 2;

/// Samples of the past that each filter of the receiver needs.
const HALF_PAST: usize = TAPS / 2 - 1;

/// Pairs of samples that the transmitter's filter makes at a time.
pub(crate) const AT_ONCE: usize = 4;

/// Samples of each sub-band that the receiver's filters take at a time.
const TAKEN: usize = 8;

/// What the transmitter's filter makes: four samples of the lower sub-band, and four of the higher one, and so on.
pub(crate) type Samples = [i16x8; BLOCK / AT_ONCE];

/// Parts a signal into two bands, each at half of its rate.
#[derive(Clone, Debug)]
pub(crate) struct Analysis {
    past: [i16; PAST],
}

impl Analysis {
    pub(crate) const fn new() -> Self {
        Self { past: [0; PAST] }
    }

    /// The samples of both sub-bands for each two of `pcm`, which has at most `2 * BLOCK` samples, and an even number of
    /// them. What follows those is of no account.
    pub(crate) fn split(&mut self, pcm: &[i16]) -> Samples {
        let mut signal = [0; PAST + 2 * BLOCK];
        signal[..PAST].copy_from_slice(&self.past);
        signal[PAST..PAST + pcm.len()].copy_from_slice(pcm);
        let mut samples = [i16x8::ZERO; BLOCK / AT_ONCE];
        let starts = (0..pcm.len()).step_by(2 * AT_ONCE);
        for (four, start) in samples.iter_mut().zip(starts) {
            let Some(window) = signal[start..].first_chunk() else { break };
            *four = split_four(window);
        }
        self.past.copy_from_slice(&signal[pcm.len()..][..PAST]);
        samples
    }
}

/// Four samples of the lower sub-band, and four of the higher one.
#[inline(always)]
fn split_four(window: &[i16; PAST + 2 * AT_ONCE]) -> i16x8 {
    let (mut lower, mut higher) = (i32x4::ZERO, i32x4::ZERO);
    for (nth, (for_lower, for_higher)) in LOWER.iter().zip(&HIGHER).enumerate() {
        let signal = eight(window, 2 * nth);
        lower += signal.dot(*for_lower);
        higher += signal.dot(*for_higher);
    }
    limit(i16x8::from_i32x8_saturate(cast::<[i32x4; 2], _>([lower >> 14, higher >> 14])))
}

/// Joins two bands to a signal of twice their rate.
#[derive(Clone, Debug)]
pub(crate) struct Synthesis {
    past_differences: [i16; HALF_PAST],
    past_sums: [i16; HALF_PAST],
}

impl Synthesis {
    pub(crate) const fn new() -> Self {
        Self { past_differences: [0; HALF_PAST], past_sums: [0; HALF_PAST] }
    }

    /// Writes two samples for each pair that `bands` gives; `pcm` has at most `2 * BLOCK` samples, and an even number of
    /// them.
    #[inline(always)]
    pub(crate) fn join(&mut self, bands: impl Iterator<Item = Pair>, pcm: &mut [i16]) {
        let count = pcm.len() / 2;
        let (mut differences, mut sums) = ([0; HALF_PAST + BLOCK], [0; HALF_PAST + BLOCK]);
        differences[..HALF_PAST].copy_from_slice(&self.past_differences);
        sums[..HALF_PAST].copy_from_slice(&self.past_sums);
        for ((difference, sum), pair) in
            differences[HALF_PAST..].iter_mut().zip(&mut sums[HALF_PAST..]).zip(bands)
        {
            let (lower, higher) = (lower(pair), higher(pair));
            // Both have 15 bits, so that these have 16.
            (*difference, *sum) = ((lower - higher) as i16, (lower + higher) as i16);
        }
        for (pcm, start) in pcm.chunks_mut(2 * TAKEN).zip((0..BLOCK).step_by(TAKEN)) {
            let (Some(differences), Some(sums)) =
                (differences[start..].first_chunk(), sums[start..].first_chunk())
            else {
                break;
            };
            let joined = interleaved(filtered(differences, &ODD), filtered(sums, &EVEN));
            match pcm.as_chunks_mut().0 {
                [all] => *all = joined,
                _ => pcm.iter_mut().zip(joined).for_each(|(place, sample)| *place = sample),
            }
        }
        self.past_differences.copy_from_slice(&differences[count..][..HALF_PAST]);
        self.past_sums.copy_from_slice(&sums[count..][..HALF_PAST]);
    }
}

/// What half of the taps make of a window: those of even number before those of odd number.
#[inline(always)]
fn filtered(window: &[i16; HALF_PAST + TAKEN], taps: &[i16x8; TAPS / 4]) -> i16x8 {
    let (mut even, mut odd) = (i32x4::ZERO, i32x4::ZERO);
    for (nth, taps) in taps.iter().enumerate() {
        even += eight(window, 2 * nth).dot(*taps);
        odd += eight(window, 2 * nth + 1).dot(*taps);
    }
    i16x8::from_i32x8_saturate(cast::<[i32x4; 2], _>([even >> 11, odd >> 11]))
}

/// The signal of what both filters have made.
#[inline(always)]
fn interleaved(first: i16x8, second: i16x8) -> [i16; 2 * TAKEN] {
    let (first, second) = (first.to_array(), second.to_array());
    let mut signal = [0; 2 * TAKEN];
    for nth in 0..TAKEN / 2 {
        signal[4 * nth] = first[nth];
        signal[4 * nth + 1] = second[nth];
        signal[4 * nth + 2] = first[TAKEN / 2 + nth];
        signal[4 * nth + 3] = second[TAKEN / 2 + nth];
    }
    signal
}

/// Eight samples of a window that has as many from there on.
#[inline(always)]
fn eight<const N: usize>(window: &[i16; N], from: usize) -> i16x8 {
    window[from..].first_chunk().map_or(i16x8::ZERO, |eight| i16x8::new(*eight))
}

const fn by_two(signs: [i16; 2]) -> [i16x8; TAPS / 2] {
    let mut all = [i16x8::ZERO; TAPS / 2];
    let mut nth = 0;
    while nth < all.len() {
        let (a, b) = (signs[0] * COEFFICIENTS[2 * nth], signs[1] * COEFFICIENTS[2 * nth + 1]);
        all[nth] = i16x8::new([a, b, a, b, a, b, a, b]);
        nth += 1;
    }
    all
}

const fn every_other(first: usize) -> [i16x8; TAPS / 4] {
    let mut all = [i16x8::ZERO; TAPS / 4];
    let mut nth = 0;
    while nth < all.len() {
        let (a, b) = (COEFFICIENTS[4 * nth + first], COEFFICIENTS[4 * nth + 2 + first]);
        all[nth] = i16x8::new([a, b, a, b, a, b, a, b]);
        nth += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// What the lower sub-band has of a tone, in decibels.
    fn of_lower(hertz: f64) -> f64 {
        let turn = |nth: usize| TAU * hertz / f64::from(crate::SAMPLE_RATE) * (nth as f64 - 11.5);
        let weighed =
            COEFFICIENTS.iter().enumerate().map(|(nth, weight)| f64::from(*weight) * turn(nth).cos());
        let one: i32 = COEFFICIENTS.iter().map(|weight| i32::from(*weight)).sum();
        20.0 * (weighed.sum::<f64>() / f64::from(one)).abs().log10()
    }

    #[test]
    fn the_lower_sub_band_alone_is_no_telephone() {
        let passes = [(100.0, 0.0), (3_000.0, -0.03), (3_400.0, -0.39)];
        // Heard at 3,400, 3,000 and 2,500 Hz.
        let folds = [(4_600.0, -10.7), (5_000.0, -20.6), (5_500.0, -45.9)];
        for (hertz, expected) in passes.into_iter().chain(folds) {
            let level = of_lower(hertz);
            assert!((level - expected).abs() < 0.05, "{hertz} Hz: {level} dB");
        }
    }
}
