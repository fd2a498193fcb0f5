//! Twice the rate, and half of it: a low-pass filter in the middle of the wider band, where every second weight is nothing.
//! Half of the samples go through as they are, the others lie between two of the past.
//!
//! Eight outputs are made at a time, in numbers of 16 bits, so that nothing is added up across a vector.

use wide::bytemuck::cast;
use wide::{i16x8, i32x4};

use super::streaming::Processed;

/// Weights of either side of an output, the nearest first, in units of 2⁻¹⁴: a sinc under a Kaiser window of 60 dB.
///
/// Between 8 and 16 kHz that is flat to 3.5 kHz, and 58 dB down from 4.48 kHz on: nothing folds to below 3.52 kHz.
const SIDE: [i16; TAPS / 2] =
    [10_408, -3_400, 1_960, -1_317, 943, -695, 517, -384, 283, -204, 144, -98, 64, -40, 22, -11];

const TAPS: usize = 32;

/// Samples of the past that an output takes.
const PAST: usize = TAPS - 1;

/// Samples from the middle of the filter to either end of it.
const HALF: usize = TAPS / 2;

/// Half of what [`SIDE`] has as one.
const ROUNDING: i32 = 1 << 13;

/// Outputs that are made at a time.
const AT_ONCE: usize = 8;

/// Samples of the lower rate that are worked on at a time: 20 ms at 8 kHz.
const BLOCK: usize = 160;

/// Two weights for each output, from the oldest on.
static WEIGHTS: [i16x8; TAPS / 2] = {
    let mut all = [i16x8::ZERO; TAPS / 2];
    let mut nth = 0;
    while nth < all.len() {
        let (a, b) = (weight(2 * nth), weight(2 * nth + 1));
        all[nth] = i16x8::new([a, b, a, b, a, b, a, b]);
        nth += 1;
    }
    all
};

/// What takes a sample of even number as a part of 2¹⁴, and what takes one of odd number.
const EVEN: i16x8 = i16x8::new([1 << 14, 0, 1 << 14, 0, 1 << 14, 0, 1 << 14, 0]);
const ODD: i16x8 = i16x8::new([0, 1 << 14, 0, 1 << 14, 0, 1 << 14, 0, 1 << 14]);

/// Half of a sample of the higher rate, in samples of the lower one: the delay is so long.
pub(super) const DELAY_IN_HALVES: u64 = PAST as u64;

const fn weight(tap: usize) -> i16 {
    if tap < HALF { SIDE[HALF - 1 - tap] } else { SIDE[tap - HALF] }
}

/// Samples of a block behind those before it, and as many as the last outputs may look at besides.
type Signal = [i16; PAST + BLOCK + AT_ONCE];

/// From a rate to twice of it.
#[derive(Clone, Debug)]
pub(super) struct Doubler {
    past: [i16; PAST],
    /// The second of two samples, for which there was no room.
    held: Option<i16>,
}

impl Doubler {
    pub(super) const fn new() -> Self {
        Self { past: [0; PAST], held: None }
    }

    pub(super) fn output_length(&self, input: usize) -> usize {
        2 * input + usize::from(self.held.is_some())
    }

    pub(super) fn process(&mut self, input: &[i16], output: &mut [i16]) -> Processed {
        let (mut read, mut written) = (0, 0);
        if let (Some(held), Some(place)) = (self.held, output.first_mut()) {
            *place = held;
            (self.held, written) = (None, 1);
        }
        while read < input.len() && written < output.len() {
            let room = output.len() - written;
            let input = &input[read..];
            let input = &input[..input.len().min(BLOCK).min(room.div_ceil(2))];
            let length = room.min(2 * input.len());
            self.double(input, &mut output[written..][..length]);
            (read, written) = (read + input.len(), written + length);
        }
        Processed { read, written }
    }

    /// Takes a block; there is room for two samples for each of its own, or for all of these but the last.
    fn double(&mut self, input: &[i16], output: &mut [i16]) {
        let mut signal: Signal = [0; _];
        signal[..PAST].copy_from_slice(&self.past);
        signal[PAST..][..input.len()].copy_from_slice(input);
        for (output, start) in output.chunks_mut(2 * AT_ONCE).zip((0..BLOCK).step_by(AT_ONCE)) {
            let Some(window) = signal[start..].first_chunk() else { break };
            let [even, odd] = between(window).map(|sums| (sums + i32x4::new([ROUNDING; 4])) >> 14);
            let pairs = interleaved(in_order(even, odd), eight(window, HALF));
            match output.as_chunks_mut().0 {
                [all] => *all = pairs,
                _ => {
                    output.iter_mut().zip(pairs).for_each(|(place, sample)| *place = sample);
                    self.held = (output.len() % 2 == 1).then(|| pairs[output.len()]);
                }
            }
        }
        self.past.copy_from_slice(&signal[input.len()..][..PAST]);
    }
}

/// From a rate to half of it.
#[derive(Clone, Debug)]
pub(super) struct Halver {
    /// Samples that have weights.
    sides: [i16; PAST],
    /// Samples between them, which are heard as they are: the last before the newest of the others is in the middle of what has
    /// not come yet.
    middles: [i16; HALF],
    /// Whether the next sample is one of those between.
    between: bool,
}

impl Halver {
    pub(super) const fn new() -> Self {
        Self { sides: [0; PAST], middles: [0; HALF], between: false }
    }

    pub(super) fn output_length(&self, input: usize) -> usize {
        (input + usize::from(!self.between)) / 2
    }

    pub(super) fn process(&mut self, input: &[i16], output: &mut [i16]) -> Processed {
        let (mut read, mut written) = (0, 0);
        if let (true, Some(&middle)) = (self.between, input.first()) {
            self.middles.rotate_left(1);
            self.middles[HALF - 1] = middle;
            (self.between, read) = (false, 1);
        }
        while read < input.len() && written < output.len() {
            let input = &input[read..];
            let length = input.len().div_ceil(2).min(BLOCK).min(output.len() - written);
            let input = &input[..input.len().min(2 * length)];
            self.halve(input, &mut output[written..][..length]);
            (read, written) = (read + input.len(), written + length);
        }
        Processed { read, written }
    }

    /// Takes a block, of which there is room for every second sample.
    fn halve(&mut self, input: &[i16], output: &mut [i16]) {
        let mut sides: Signal = [0; _];
        let mut middles = [0; HALF + BLOCK + AT_ONCE];
        sides[..PAST].copy_from_slice(&self.sides);
        middles[..HALF].copy_from_slice(&self.middles);
        let (pairs, rest) = input.as_chunks::<2>();
        for ((side, middle), pair) in sides[PAST..].iter_mut().zip(&mut middles[HALF..]).zip(pairs) {
            [*side, *middle] = *pair;
        }
        if let [last] = rest {
            sides[PAST + pairs.len()] = *last;
            self.between = true;
        }
        for (output, start) in output.chunks_mut(AT_ONCE).zip((0..BLOCK).step_by(AT_ONCE)) {
            let (Some(window), Some(middles)) =
                (sides[start..].first_chunk(), middles[start..].first_chunk())
            else {
                break;
            };
            let middles = i16x8::new(*middles);
            let [even, odd] = between(window);
            let halved = |sums: i32x4| (sums + i32x4::new([2 * ROUNDING; 4])) >> 15;
            let samples =
                in_order(halved(even + middles.dot(EVEN)), halved(odd + middles.dot(ODD))).to_array();
            match output.as_chunks_mut().0 {
                [all] => *all = samples,
                _ => output.iter_mut().zip(samples).for_each(|(place, sample)| *place = sample),
            }
        }
        self.sides.copy_from_slice(&sides[output.len()..][..PAST]);
        self.middles.copy_from_slice(&middles[pairs.len()..][..HALF]);
    }
}

/// What lies in the middle of eight windows, each of which begins a sample later: those of even number, and those of odd number.
/// In units of 2⁻¹⁴.
#[inline(always)]
fn between(window: &[i16; PAST + AT_ONCE]) -> [i32x4; 2] {
    let (mut even, mut odd) = (i32x4::ZERO, i32x4::ZERO);
    for (nth, weights) in WEIGHTS.iter().enumerate() {
        even += eight(window, 2 * nth).dot(*weights);
        odd += eight(window, 2 * nth + 1).dot(*weights);
    }
    [even, odd]
}

/// Eight numbers in their order, within 16 bits.
#[inline(always)]
fn in_order(even: i32x4, odd: i32x4) -> i16x8 {
    let [a, c, e, g, b, d, f, h] = i16x8::from_i32x8_saturate(cast::<[i32x4; 2], _>([even, odd])).to_array();
    i16x8::new([a, b, c, d, e, f, g, h])
}

/// One of these and one of those, and so on.
#[inline(always)]
fn interleaved(first: i16x8, second: i16x8) -> [i16; 2 * AT_ONCE] {
    let (first, second) = (first.to_array(), second.to_array());
    std::array::from_fn(|nth| if nth % 2 == 0 { first[nth / 2] } else { second[nth / 2] })
}

/// Eight samples of a window that has as many from there on.
#[inline(always)]
pub(super) fn eight<const N: usize>(window: &[i16; N], from: usize) -> i16x8 {
    window[from..].first_chunk().map_or(i16x8::ZERO, |eight| i16x8::new(*eight))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::resample::filter::{Design, Kernel};

    #[test]
    fn the_weights_are_those_of_the_window() {
        let design = Design { half_width: HALF as f64, rejection: 60.0, stop: 1.0 };
        let kernel = Kernel::new(0.5, HALF as f64, design.beta());
        let ideal = std::array::from_fn::<f64, HALF, _>(|nth| kernel.at(nth as f64 + 0.5));
        let sum: f64 = ideal.iter().sum();
        for (weight, ideal) in SIDE.iter().zip(ideal) {
            assert!((f64::from(*weight) - ideal / sum * 8_192.0).abs() < 1.5, "{weight}, {ideal}");
        }
        assert_eq!(SIDE.iter().map(|weight| i32::from(*weight)).sum::<i32>(), 8_192, "a constant stays one");
        let most: i64 =
            SIDE.iter().map(|weight| 2 * i64::from(weight.unsigned_abs())).sum::<i64>() + (1 << 14);
        assert!(most * 32_768 + 2 * i64::from(ROUNDING) < i64::from(i32::MAX), "nothing overflows");
    }

    /// Decibels that are left of a tone, as a part of the higher rate.
    fn response(frequency: f64) -> f64 {
        let turn = |nth: usize| (TAU * frequency * (2 * nth + 1) as f64).cos();
        let sides = SIDE.iter().enumerate().map(|(nth, weight)| f64::from(*weight) / 16_384.0 * turn(nth));
        20.0 * (0.5 + sides.sum::<f64>()).abs().max(1e-9).log10()
    }

    #[test]
    fn the_filter_is_flat_to_where_a_telephone_ends_and_closed_where_that_would_fold() {
        for hertz in 0..=3_500 {
            assert!(response(f64::from(hertz) / 16_000.0).abs() < 0.02, "{hertz} Hz");
        }
        for hertz in 4_480..=8_000 {
            assert!(response(f64::from(hertz) / 16_000.0) < -58.0, "{hertz} Hz");
        }
    }

    /// The same in plain numbers.
    fn plainly(window: &[i16]) -> i64 {
        (0..TAPS).map(|tap| i64::from(weight(tap)) * i64::from(window[tap])).sum()
    }

    fn noise(length: usize) -> Vec<i16> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Full scale every now and then, so that sums have to be clipped.
            if state >> 29 == 0 { i16::MIN } else { (state >> 16) as i16 }
        };
        (0..length).map(|_| next()).collect()
    }

    fn clipped(value: i64) -> i16 {
        value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
    }

    #[test]
    fn doubling_is_what_plain_arithmetic_makes_of_it() {
        let input = noise(1_003);
        let mut padded = vec![0; PAST];
        padded.extend(&input);
        let pair = |window: &[i16]| [clipped((plainly(window) + 8_192) >> 14), window[HALF]];
        let expected: Vec<i16> = padded.windows(TAPS).flat_map(pair).collect();
        let mut output = vec![0; 2_006];
        assert_eq!(Doubler::new().process(&input, &mut output), Processed { read: 1_003, written: 2_006 });
        assert_eq!(output, expected);
    }

    #[test]
    fn halving_is_what_plain_arithmetic_makes_of_it() {
        let input = noise(2_005);
        let mut padded = vec![0; 2 * PAST];
        padded.extend(&input);
        let halved = |window: &[i16]| {
            let sides: Vec<i16> = window.iter().copied().step_by(2).collect();
            clipped((plainly(&sides) + (i64::from(window[PAST]) << 14) + 16_384) >> 15)
        };
        let expected: Vec<i16> = padded.windows(2 * PAST + 1).step_by(2).map(halved).collect();
        let mut output = vec![0; 1_003];
        assert_eq!(Halver::new().process(&input, &mut output), Processed { read: 2_005, written: 1_003 });
        assert_eq!(output, expected);
    }
}
