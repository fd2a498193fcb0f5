//! Any simple ratio of two rates: a bank of filters, one for each place that an output may have between two samples.

use wide::bytemuck::cast;
use wide::{i16x8, i32x4};

use super::filter::{Design, Filter};
use super::half_band::eight;
use super::streaming::Processed;

/// Samples taken in at a time: 20 ms at 48 kHz.
const BLOCK: usize = 960;

/// Samples that are weighed at a time.
const LANES: usize = 8;

/// Taps of the filters that lead from a telephone's rate to a multiple of it, and of those between wider bands.
const NARROW: usize = 32;
const WIDE: usize = 48;

/// Samples that eight outputs of these take.
const NARROW_WINDOW: usize = NARROW - 1 + LANES;
const WIDE_WINDOW: usize = WIDE - 1 + LANES;

/// Bits behind the point of a weight, where the sum of all may be as large as it likes; see [`bits_behind_the_point`].
const LEAST_BITS: u32 = 14;

/// Changes the rate by a ratio of whole numbers.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    /// Phase after phase, [`taps`](Self::taps) weights each, in the order of the samples that they meet.
    weights: Vec<i16x8>,
    /// Where the rate is multiplied by a whole number: phase after phase, two weights for each of several outputs.
    pairs: Vec<i16x8>,
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
        let weights: Vec<i16x8> = (0..phases).flat_map(|phase| vectors(filter.phase(phase), bits)).collect();
        let is_multiple = step == 1 && [NARROW, WIDE].contains(&taps);
        let mut bank = Self {
            pairs: if is_multiple { weights.iter().flat_map(pairs).collect() } else { Vec::new() },
            weights,
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
        let by_eight = match self.taps {
            _ if self.pairs.is_empty() => 0,
            NARROW => self.produce_by_eight::<{ NARROW / 2 }, NARROW_WINDOW>(output),
            WIDE => self.produce_by_eight::<{ WIDE / 2 }, WIDE_WINDOW>(output),
            _ => 0,
        };
        by_eight + self.produce_one_by_one(output.get_mut(by_eight..).unwrap_or_default())
    }

    /// Eight outputs of each phase at a time, so that nothing is added up across a vector, as long as there is room for all of them.
    fn produce_by_eight<const PAIRS: usize, const WINDOW: usize>(&mut self, output: &mut [i16]) -> usize {
        if self.phase != 0 {
            return 0;
        }
        let (buffer, phases) = (&self.buffer[..self.filled], self.pairs.as_chunks::<PAIRS>().0);
        let mut written = 0;
        for places in output.chunks_exact_mut(LANES * self.phases) {
            let Some(window) = buffer.get(self.start..).and_then(<[i16]>::first_chunk::<WINDOW>) else {
                break;
            };
            for (phase, pairs) in phases.iter().enumerate() {
                for (nth, sample) in eight_outputs(pairs, window, self.bits).into_iter().enumerate() {
                    if let Some(place) = places.get_mut(nth * self.phases + phase) {
                        *place = sample;
                    }
                }
            }
            self.start += LANES;
            written += places.len();
        }
        written
    }

    fn produce_one_by_one(&mut self, output: &mut [i16]) -> usize {
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

/// Two weights at a time of eight, each as often as a vector has room for.
fn pairs(weights: &i16x8) -> [i16x8; LANES / 2] {
    let weights = weights.to_array();
    [0, 2, 4, 6].map(|nth| {
        let (a, b) = (weights[nth], weights[nth + 1]);
        i16x8::new([a, b, a, b, a, b, a, b])
    })
}

/// Eight outputs whose windows begin a sample later each.
#[inline(always)]
fn eight_outputs<const PAIRS: usize, const WINDOW: usize>(
    pairs: &[i16x8; PAIRS],
    window: &[i16; WINDOW],
    bits: u32,
) -> [i16; LANES] {
    let (mut even, mut odd) = (i32x4::ZERO, i32x4::ZERO);
    for (nth, weights) in pairs.iter().enumerate() {
        even += eight(window, 2 * nth).dot(*weights);
        odd += eight(window, 2 * nth + 1).dot(*weights);
    }
    // To the nearest, without a number on the way that could be too large.
    let rounded = |sums: i32x4| ((sums >> (bits - 1)) + i32x4::ONE) >> 1;
    let samples = i16x8::from_i32x8_saturate(cast::<[i32x4; 2], _>([rounded(even), rounded(odd)])).to_array();
    let [a, c, e, g, b, d, f, h] = samples;
    [a, b, c, d, e, f, g, h]
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
    fn eight_at_a_time_are_as_one_by_one() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i16
        };
        let input: Vec<i16> = (0..4_000).map(|_| noise()).collect();
        const WIDER: Design = Design { half_width: 24.0, rejection: 60.0, stop: 1.05 };
        for (rates, phases, design) in [
            ((8_000, 48_000), 6, DESIGN),
            ((8_000, 32_000), 4, DESIGN),
            ((8_000, 24_000), 3, DESIGN),
            ((16_000, 48_000), 3, WIDER),
            ((24_000, 48_000), 2, WIDER),
        ] {
            let mut fast = Bank::new(rates, (phases, 1), design);
            assert!(!fast.pairs.is_empty(), "{rates:?}: {} taps", fast.taps);
            let mut slow = Bank { pairs: Vec::new(), ..fast.clone() };
            // Frames and room of any length.
            let mut rest = &input[..];
            for length in (1..400).cycle().step_by(37) {
                let (frame, later) = rest.split_at(length.min(rest.len()));
                let room = frame.len() * phases + length % 5;
                let (mut one, mut other) = (vec![0; room], vec![0; room]);
                assert_eq!(fast.process(frame, &mut one), slow.process(frame, &mut other));
                assert_eq!(one, other, "{rates:?}");
                rest = later;
                if rest.is_empty() {
                    break;
                }
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
