use std::f32::consts::{PI, TAU};

use crate::level;
use crate::resample::{Decimator, LISTENING_RATE, RateError};

/// Samples of a block at 8 kHz: 40 ms, so that frequencies 50 Hz apart are told apart.
const BLOCK: usize = 320;
/// Samples from block to block: 20 ms.
const STEP: usize = BLOCK / 2;
/// The same in ms.
pub(super) const STEP_MS: u32 = 20;
/// Bins of a Fourier transform of a block are this far apart, in Hz.
const BIN: u32 = LISTENING_RATE / BLOCK as u32;
/// How far from a frequency its power is looked for, in Hz: the window spreads it over two bins on each side.
const SPREAD: u32 = 2 * BIN;
/// Power below which there is silence: that of a sine of −42 dBm0.
const FLOOR_DBM0: f64 = -42.0;

/// Where two frequencies sound, each has this part of the power.
const LEAST_PART: f32 = 0.15;

/// Looks at a stream in overlapping blocks of 40 ms, through Hann's window.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    decimator: Decimator,
    window: Vec<f32>,
    samples: Vec<f32>,
    seen: Vec<f32>,
    filled: usize,
    floor: f32,
}

/// Some frequencies that sound together, and what is near them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Band {
    /// Coefficients of Goertzel's filters for what is near any of them, and near each.
    all: Vec<f32>,
    each: Vec<Vec<f32>>,
}

/// 40 ms of a stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    seen: &'a [f32],
    power: f32,
    floor: f32,
}

impl Band {
    /// The band of these frequencies in Hz.
    pub(super) fn new(frequencies: &[u16]) -> Band {
        let each: Vec<Vec<u32>> = frequencies.iter().map(|&frequency| bins_near(frequency.into())).collect();
        let mut all = each.concat();
        all.sort_unstable();
        all.dedup();
        let coefficient = |bin: &u32| 2.0 * (TAU * *bin as f32 / BLOCK as f32).cos();
        let coefficients = |bins: &Vec<u32>| bins.iter().map(coefficient).collect();
        Band { all: coefficients(&all), each: each.iter().map(coefficients).collect() }
    }
}

fn bins_near(frequency: u32) -> Vec<u32> {
    (frequency.saturating_sub(SPREAD).div_ceil(BIN)..=(frequency + SPREAD) / BIN).collect()
}

impl Block<'_> {
    /// Whether there is no sound.
    pub(super) fn is_silent(&self) -> bool {
        self.power < self.floor
    }

    /// Whether `purity` of the power is in a band, with some at each of its frequencies.
    pub(super) fn shows(&self, band: &Band, purity: f32) -> bool {
        !self.is_silent()
            && self.part(&band.all) >= purity
            && (band.each.len() < 2 || band.each.iter().all(|one| self.part(one) >= LEAST_PART))
    }

    /// How much of the power is in some bins, from 0 to 1.
    fn part(&self, bins: &[f32]) -> f32 {
        let bins = bins.iter().map(|&coefficient| self.bin(coefficient)).sum::<f32>();
        // The window spreads a sine over 1.5 bins.
        bins / 1.5 / self.power.max(f32::MIN_POSITIVE)
    }

    /// Power of a sine in a bin.
    fn bin(&self, coefficient: f32) -> f32 {
        let (mut newer, mut older) = (0.0_f32, 0.0_f32);
        for sample in self.seen {
            (newer, older) = (sample + coefficient * newer - older, newer);
        }
        let square = newer * newer + older * older - coefficient * newer * older;
        // A sine of amplitude a shows a/2 times the sum of the window, which is half its length.
        2.0 * square.max(0.0) / (STEP * STEP) as f32
    }
}

impl Listener {
    /// For a stream of `rate` samples a second.
    pub(super) fn new(rate: u32) -> Result<Listener, RateError> {
        let decimator = Decimator::new(rate)?;
        let window = (0..BLOCK).map(|n| (PI * (n as f32 + 0.5) / BLOCK as f32).sin().powi(2)).collect();
        let floor = (level::sine_amplitude(FLOOR_DBM0).powi(2) / 2.0) as f32;
        Ok(Listener {
            decimator,
            window,
            samples: vec![0.0; BLOCK],
            seen: vec![0.0; BLOCK],
            filled: 0,
            floor,
        })
    }

    /// Takes the next samples; `heard` is told of each block that they complete, one every 20 ms.
    pub(super) fn push(&mut self, mut samples: &[i16], mut heard: impl FnMut(Block<'_>)) {
        while !samples.is_empty() {
            let (read, written) = self.decimator.process(samples, &mut self.samples[STEP + self.filled..]);
            samples = &samples[read..];
            self.filled += written;
            if self.filled == STEP {
                heard(self.look());
                self.samples.copy_within(STEP.., 0);
                self.filled = 0;
            }
        }
    }

    fn look(&mut self) -> Block<'_> {
        for ((seen, sample), window) in self.seen.iter_mut().zip(&self.samples).zip(&self.window) {
            *seen = sample * window;
        }
        // The squares of Hann's window add up to 3/8 of its length.
        let power = self.seen.iter().map(|seen| seen * seen).sum::<f32>() / (0.375 * BLOCK as f32);
        Block { seen: &self.seen, power, floor: self.floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Tone, ToneGenerator};

    fn shown(tone: &str, frequencies: &[u16]) -> bool {
        let mut samples = [0; 3_200];
        ToneGenerator::new(tone.parse::<Tone>().unwrap(), 16_000).fill(&mut samples);
        let (mut listener, mut shown, band) = (Listener::new(16_000).unwrap(), false, Band::new(frequencies));
        listener.push(&samples, |block| shown = block.shows(&band, 0.8));
        shown
    }

    #[test]
    fn a_band_is_shown_by_its_frequencies_and_no_others() {
        let bands: [&[u16]; 4] = [&[440, 480], &[480, 620], &[350, 440], &[1_100]];
        for (place, band) in bands.into_iter().enumerate() {
            for (n, tone) in ["440+480", "480+620", "350+440", "1100"].into_iter().enumerate() {
                assert_eq!(shown(tone, band), n == place, "{tone} in {band:?}");
            }
        }
        assert!(shown("438", &[425]));
        assert!(!shown("340", &[425]));
        assert!(!shown("600", &[480, 620]));
        assert!(!shown("0/500", &[425]));
    }
}
