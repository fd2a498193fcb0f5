//! Any simple ratio of two rates: a bank of filters, one for each place that an output may have between two samples.

use wide::{i16x8, i32x4};

use super::filter::{Design, Filter};
use super::half_band::eight;
use super::streaming::Processed;

/// Samples taken in at a time: 20 ms at 48 kHz.
const BLOCK: usize = 960;

/// Samples that are weighed at a time.
const LANES: usize = 8;

/// Bits behind the point of a weight, where the sum of all may be as large as it likes; see [`bits_behind_the_point`].
const LEAST_BITS: u32 = 14;

/// Changes the rate by a ratio of whole numbers.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    /// Phase after phase, [`taps`](Self::taps) weights each, in the order of the samples that they meet.
    weights: Vec<i16x8>,
    bits: u32,
    taps: usize,
    /// Samples after the place of an output that it waits for.
    half: usize,
    /// How far the input moves on with each output: whole samples, and phases.
    whole_step: usize,
    part_step: usize,
    phases: usize,
    /// Samples that later outputs still need, then new ones.
    buffer: Vec<i16>,
    filled: usize,
    /// First sample in the buffer of the next output.
    start: usize,
    phase: usize,
}

impl Bank {
    /// For a ratio of `phases` to `step` between two rates.
    pub(super) fn new((from, to): (u32, u32), (phases, step): (usize, usize), design: Design) -> Self {
        let filter = Filter::new(from, to, phases, design);
        let taps = filter.taps();
        let bits = bits_behind_the_point(&filter, phases);
        let mut bank = Self {
            weights: (0..phases).flat_map(|phase| vectors(filter.phase(phase), bits)).collect(),
            bits,
            taps,
            half: filter.half(),
            whole_step: step / phases,
            part_step: step % phases,
            phases,
            buffer: vec![0; taps - 1 + BLOCK],
            filled: 0,
            start: 0,
            phase: 0,
        };
        bank.reset();
        bank
    }

    /// Samples that a sound stays inside.
    pub(super) fn delay(&self) -> usize {
        self.half
    }

    pub(super) fn reset(&mut self) {
        self.filled = self.taps - 1;
        self.buffer[..self.filled].fill(0);
        (self.start, self.phase) = (0, 0);
    }

    pub(super) fn output_length(&self, input: usize) -> usize {
        let places = (self.filled + input + 1).saturating_sub(self.start + self.taps);
        (places * self.phases)
            .saturating_sub(self.phase)
            .div_ceil(self.whole_step * self.phases + self.part_step)
    }

    pub(super) fn process(&mut self, input: &[i16], output: &mut [i16]) -> Processed {
        let mut processed = Processed { read: 0, written: self.produce(output) };
        while processed.read < input.len() && processed.written < output.len() {
            processed.read += self.absorb(&input[processed.read..]);
            processed.written += self.produce(&mut output[processed.written..]);
        }
        processed
    }

    /// Takes in as many samples as there is room for.
    fn absorb(&mut self, input: &[i16]) -> usize {
        let used = self.start.min(self.filled);
        self.buffer.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.start -= used;
        let room = &mut self.buffer[self.filled..];
        let length = room.len().min(input.len());
        room[..length].copy_from_slice(&input[..length]);
        self.filled += length;
        length
    }

    /// Puts out what the samples in the buffer suffice for.
    fn produce(&mut self, output: &mut [i16]) -> usize {
        let (vectors, buffer) = (self.taps / LANES, &self.buffer[..self.filled]);
        // Of their own, so that they stay in registers.
        let (mut start, mut phase, mut written) = (self.start, self.phase, 0);
        for place in output {
            let Some(samples) = buffer.get(start..start + self.taps) else { break };
            *place = weighed(&self.weights[phase * vectors..][..vectors], samples, self.bits);
            written += 1;
            start += self.whole_step;
            phase += self.part_step;
            if phase >= self.phases {
                phase -= self.phases;
                start += 1;
            }
        }
        (self.start, self.phase) = (start, phase);
        written
    }
}

/// The sum of weighted samples, to the nearest whole number, clipped.
#[inline(always)]
fn weighed(weights: &[i16x8], samples: &[i16], bits: u32) -> i16 {
    let ((weights, weights_left), (samples, samples_left)) = (weights.as_chunks(), samples.as_chunks());
    let mut sum = i32x4::ZERO;
    for (weights, samples) in weights.iter().zip(samples) {
        sum += four(weights, samples);
    }
    for (weights, samples) in weights_left.iter().zip(samples_left.as_chunks::<LANES>().0) {
        sum += i16x8::new(*samples).dot(*weights);
    }
    let [a, b, c, d] = sum.to_array();
    // Each part may be anything, the whole has 32 bits.
    let sum = a.wrapping_add(b).wrapping_add(c.wrapping_add(d));
    (sum.saturating_add(1 << (bits - 1)) >> bits).clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Four vectors of weighed samples, added up.
#[inline(always)]
fn four(weights: &[i16x8; 4], samples: &[i16; 4 * LANES]) -> i32x4 {
    let dot = |nth: usize| eight(samples, LANES * nth).dot(weights[nth]);
    (dot(0) + dot(1)) + (dot(2) + dot(3))
}

/// As many bits as weights may have for no sum to overflow, however loud the samples are. Long filters have small weights, which
/// need one more for the sake of the stop band.
fn bits_behind_the_point(filter: &Filter, phases: usize) -> u32 {
    let most = |phase| filter.phase(phase).iter().map(|weight| weight.abs()).sum::<f32>();
    let fits = (0..phases).map(most).all(|sum| sum < 1.95);
    LEAST_BITS + u32::from(fits)
}

/// The weights of a phase, whose sum is one.
fn vectors(weights: &[f32], bits: u32) -> Vec<i16x8> {
    let one = 1_i32 << bits;
    let mut rounded: Vec<i32> = weights.iter().map(|weight| (weight * one as f32).round() as i32).collect();
    let missing = one - rounded.iter().sum::<i32>();
    if let Some(largest) = rounded.iter_mut().max_by_key(|weight| **weight) {
        *largest += missing;
    }
    let narrow = |weight: &i32| (*weight).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    rounded.as_chunks::<LANES>().0.iter().map(|eight| i16x8::new(eight.each_ref().map(narrow))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESIGN: Design = Design { half_width: 15.0, rejection: 60.0, stop: 1.09 };

    #[test]
    fn the_loudest_of_all_sounds_is_clipped_and_does_not_wrap() {
        for (rates, phases, step) in
            [((8_000, 48_000), 6, 1), ((48_000, 8_000), 1, 6), ((24_000, 16_000), 2, 3)]
        {
            let mut bank = Bank::new(rates, (phases, step), DESIGN);
            let taps = bank.taps;
            for phase in 0..phases {
                // Each sample as large as it can be, with the sign of its weight.
                let weights = bank.weights[phase * taps / LANES..][..taps / LANES].iter();
                let signs = weights.flat_map(|eight| eight.to_array());
                let loudest: Vec<i16> =
                    signs.map(|weight| if weight < 0 { i16::MIN } else { i16::MAX }).collect();
                bank.buffer[..taps].copy_from_slice(&loudest);
                (bank.filled, bank.start, bank.phase) = (taps, 0, phase);
                let mut out = [0];
                assert_eq!(bank.produce(&mut out), 1);
                assert_eq!(out, [i16::MAX], "{rates:?}, phase {phase}");
            }
        }
    }

    #[test]
    fn a_constant_stays_one() {
        for (rates, phases, step) in
            [((8_000, 48_000), 6, 1), ((48_000, 8_000), 1, 6), ((44_100, 48_000), 160, 147)]
        {
            let mut out = [0; 960];
            Bank::new(rates, (phases, step), DESIGN).process(&[i16::MAX; 960], &mut out);
            let length = (960 * phases / step).min(out.len());
            assert!(out[length / 2..length].iter().all(|sample| *sample == i16::MAX), "{rates:?}");
        }
    }
}
