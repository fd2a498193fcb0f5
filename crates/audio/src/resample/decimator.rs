use std::f64::consts::{PI, TAU};

use super::filter::dot;

/// The rate that detectors listen at, in Hz.
pub(crate) const LISTENING_RATE: u32 = 8_000;
/// Highest rate that a detector takes, in Hz.
const MAX_RATE: u32 = 192_000;
/// Length of the filter: 1 ms, in samples of [`LISTENING_RATE`]. Flat to 2 kHz; what folds to below that is 44 dB down.
const LENGTH: usize = 8;
/// Middle of the slope in Hz.
const CUTOFF: f64 = 3_400.0;

/// A detector listens at 8 kHz, and to multiples of that up to 192 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no detector listens at {0} Hz, only at 8000 Hz and its multiples up to 192000 Hz; resample the sound first"
)]
pub struct RateError(pub u32);

/// Takes the rate down to 8 kHz by a whole factor, for detectors; not made to be listened to.
#[derive(Clone, Debug)]
pub(crate) struct Decimator {
    factor: usize,
    weights: Vec<f32>,
    /// The last samples twice over, so that they are always a slice.
    history: Vec<f32>,
    place: usize,
    until_next: usize,
}

impl Decimator {
    /// From `rate` to 8 kHz.
    pub(crate) fn new(rate: u32) -> Result<Decimator, RateError> {
        if rate == 0 || !rate.is_multiple_of(LISTENING_RATE) || rate > MAX_RATE {
            return Err(RateError(rate));
        }
        let factor = (rate / LISTENING_RATE) as usize;
        let length = LENGTH * factor;
        let middle = (length as f64 - 1.0) / 2.0;
        let weight = |n: usize| {
            let turn = TAU * CUTOFF * (n as f64 - middle) / f64::from(rate);
            let window = (PI * (n as f64 + 0.5) / length as f64).sin().powi(2);
            window * turn.sin() / turn
        };
        let weights: Vec<f64> = (0..length).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        let weights = weights.into_iter().map(|weight| (weight / sum) as f32).collect();
        Ok(Decimator { factor, weights, history: vec![0.0; 2 * length], place: 0, until_next: factor })
    }

    /// How many samples that come in make one that goes out.
    pub(crate) fn factor(&self) -> usize {
        self.factor
    }

    /// How long a sound stays inside, in samples of the input.
    pub(crate) fn delay(&self) -> usize {
        if self.factor == 1 { 0 } else { self.weights.len() / 2 }
    }

    /// Fills `out` as far as `input` goes; says how many were read and written.
    pub(crate) fn process(&mut self, input: &[i16], out: &mut [f32]) -> (usize, usize) {
        if self.factor == 1 {
            let length = input.len().min(out.len());
            out.iter_mut().zip(input).for_each(|(out, &sample)| *out = f32::from(sample));
            return (length, length);
        }
        let (mut read, mut written) = (0, 0);
        while read < input.len() && written < out.len() {
            let run = self.until_next.min(input.len() - read);
            input[read..read + run].iter().for_each(|&sample| self.remember(f32::from(sample)));
            read += run;
            self.until_next -= run;
            if self.until_next == 0 {
                self.until_next = self.factor;
                out[written] = dot(&self.weights, &self.history[self.place..self.place + self.weights.len()]);
                written += 1;
            }
        }
        (read, written)
    }

    fn remember(&mut self, sample: f32) {
        let length = self.weights.len();
        self.history[self.place] = sample;
        self.history[self.place + length] = sample;
        self.place = if self.place + 1 == length { 0 } else { self.place + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_of(frequency: f64, rate: u32) -> f32 {
        let mut decimator = Decimator::new(rate).unwrap();
        let sine = |n: u32| (10_000.0 * (TAU * frequency * f64::from(n) / f64::from(rate)).sin()) as i16;
        let input: Vec<i16> = (0..rate / 10).map(sine).collect();
        let mut out = [0.0; 800];
        // In frames that fit neither the rate nor the room.
        let (mut read, mut written) = (0, 0);
        while read < input.len() {
            let end = input.len().min(read + 157);
            let (more_read, more_written) = decimator.process(&input[read..end], &mut out[written..]);
            (read, written) = (read + more_read, written + more_written);
        }
        assert_eq!(written, 800);
        (out[100..].iter().map(|sample| sample * sample).sum::<f32>() / 700.0 * 2.0).sqrt() / 10_000.0
    }

    #[test]
    fn keys_pass_and_what_would_fold_onto_them_does_not() {
        for rate in [16_000, 24_000, 32_000, 48_000] {
            for frequency in [697.0, 1_209.0, 1_633.0] {
                let level = level_of(frequency, rate);
                assert!((0.93..1.03).contains(&level), "{frequency} Hz at {rate} Hz: {level}");
                let folding = level_of(8_000.0 - frequency, rate);
                assert!(folding < 0.02, "{} Hz at {rate} Hz: {folding}", 8_000.0 - frequency);
            }
        }
    }

    #[test]
    fn only_multiples_are_taken() {
        for rate in [0, 7_999, 11_025, 12_000, 44_100, 200_000] {
            assert_eq!(Decimator::new(rate).err(), Some(RateError(rate)));
        }
    }
}
