//! Voices that are higher or lower than they are, and as quick as before: a phase vocoder of fixed cost.
//!
//! Sound is looked at through overlapping windows. Each peak of a window's spectrum is a partial of the voice; it moves, with
//! what is around it, to where its frequency times the factor is, and its phase goes on from window to window as that of a
//! tone of the new frequency would (Laroche and Dolson, "New phase-vocoder techniques for pitch-shifting", 1999).

use std::f32::consts::{PI, TAU};
use std::fmt;
use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

/// Windows that overlap at each moment.
const OVERLAP: usize = 4;

/// A window is at least this long, so that the partials of a low voice are told apart.
const WINDOW_MS: u32 = 32;

/// A bin is a peak where it is above so many neighbours on each side.
const NEIGHBOURS: usize = 2;

/// What is softer than this is no partial: the power of a sine of half a step of 16 bits.
const FLOOR: f32 = 0.25;

/// Changes the pitch of a stream. Frames of any length come out as long as they went in, [`delay`](PitchShifter::delay) samples
/// later. Nothing is allocated after it is made, and every window costs the same.
///
/// ```
/// let mut shifter = audio::pitch::PitchShifter::new(8_000, 2.0);
/// let tone = |n: usize| (8_000.0 * (n as f64 * 500.0 / 8_000.0 * std::f64::consts::TAU).sin()) as i16;
/// let mut sound: Vec<i16> = (0..8_000).map(tone).collect();
/// sound.chunks_mut(160).for_each(|frame| shifter.process(frame));
/// assert!(audio::goertzel::amplitude(&sound[4_000..], 8_000, 1_000.0) > 6_000.0);
/// ```
#[derive(Clone)]
pub struct PitchShifter {
    factor: f32,
    /// Samples become bins, not scaled, and bins samples.
    forward: Arc<dyn Fft<f32>>,
    backward: Arc<dyn Fft<f32>>,
    scratch: Box<[Complex32]>,
    window: Box<[f32]>,
    /// The last samples that came in, and how many of them are new.
    heard: Box<[f32]>,
    filled: usize,
    /// What goes out; the first part of it is whole.
    said: Box<[f32]>,
    spectrum: Box<[Complex32]>,
    shifted: Box<[Complex32]>,
    /// Bins of the window before, and how far each has been turned since the beginning.
    former: Box<[Complex32]>,
    turned: Box<[f32]>,
    former_turned: Box<[f32]>,
    powers: Box<[f32]>,
    peaks: Vec<usize>,
}

impl fmt::Debug for PitchShifter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PitchShifter").field("factor", &self.factor).finish_non_exhaustive()
    }
}

impl PitchShifter {
    /// The least and the most that a pitch is multiplied by.
    pub const FACTORS: std::ops::RangeInclusive<f32> = 0.1..=4.0;

    /// Multiplies all frequencies of a stream of `rate` samples a second by `factor`, which is brought within
    /// [`FACTORS`](Self::FACTORS).
    pub fn new(rate: u32, factor: f32) -> PitchShifter {
        let least = rate.clamp(8_000, 192_000) * WINDOW_MS / 1_000;
        let length = least.next_power_of_two() as usize;
        let bins = length / 2 + 1;
        let mut planner = FftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
        let scratch = forward.get_inplace_scratch_len().max(backward.get_inplace_scratch_len());
        let factor = if factor.is_finite() { factor } else { 1.0 };
        let window = (0..length).map(|n| (PI * (n as f32 + 0.5) / length as f32).sin().powi(2));
        PitchShifter {
            factor: factor.clamp(*Self::FACTORS.start(), *Self::FACTORS.end()),
            forward,
            backward,
            scratch: vec![Complex32::default(); scratch].into(),
            window: window.collect(),
            heard: vec![0.0; length].into(),
            filled: 0,
            said: vec![0.0; length].into(),
            spectrum: vec![Complex32::default(); length].into(),
            shifted: vec![Complex32::default(); length].into(),
            former: vec![Complex32::default(); bins].into(),
            turned: vec![0.0; bins].into(),
            former_turned: vec![0.0; bins].into(),
            powers: vec![0.0; bins].into(),
            peaks: Vec::with_capacity(bins),
        }
    }

    /// Samples that sound comes out later.
    pub fn delay(&self) -> usize {
        self.window.len()
    }

    /// Changes the pitch of the next samples, where they stand.
    pub fn process(&mut self, mut sound: &mut [i16]) {
        let hop = self.hop();
        while !sound.is_empty() {
            let (now, later) = sound.split_at_mut(sound.len().min(hop - self.filled));
            let start = self.heard.len() - hop + self.filled;
            let heard = self.heard[start..].iter_mut().zip(&self.said[self.filled..]);
            for (sample, (heard, said)) in now.iter_mut().zip(heard) {
                *heard = f32::from(*sample);
                // What is too loud is clipped by the conversion.
                *sample = *said as i16;
            }
            self.filled += now.len();
            if self.filled == hop {
                self.advance();
            }
            sound = later;
        }
    }

    fn hop(&self) -> usize {
        self.window.len() / OVERLAP
    }

    /// Looks at a window, and adds what becomes of it to what goes out.
    fn advance(&mut self) {
        let (hop, length) = (self.hop(), self.window.len());
        for ((bin, sample), window) in self.spectrum.iter_mut().zip(&self.heard).zip(&self.window) {
            *bin = Complex32::new(sample * window, 0.0);
        }
        self.forward.process_with_scratch(&mut self.spectrum, &mut self.scratch);
        self.find_peaks();
        self.shift();
        self.backward.process_with_scratch(&mut self.shifted, &mut self.scratch);
        self.said.copy_within(hop.., 0);
        self.said[length - hop..].fill(0.0);
        // Squares of four of Hann's windows add up to one and a half; half of the bins were left out.
        let scale = 2.0 / (1.5 * length as f32);
        for ((said, sample), window) in self.said.iter_mut().zip(&self.shifted).zip(&self.window) {
            *said += sample.re * window * scale;
        }
        self.heard.copy_within(hop.., 0);
        self.filled = 0;
        let bins = self.former.len();
        self.former.copy_from_slice(&self.spectrum[..bins]);
        std::mem::swap(&mut self.turned, &mut self.former_turned);
    }

    fn find_peaks(&mut self) {
        let bins = self.powers.len();
        let floor = FLOOR * (self.window.len() as f32 / 4.0).powi(2);
        for (power, bin) in self.powers.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
        self.peaks.clear();
        for at in 1..bins - 1 {
            let power = self.powers[at];
            let around = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(bins);
            let lower = self.powers[around.start..at].iter().all(|other| *other < power);
            if power > floor && lower && self.powers[at + 1..around.end].iter().all(|other| *other <= power) {
                self.peaks.push(at);
            }
        }
    }

    /// Moves each peak, and what is nearer to it than to others.
    fn shift(&mut self) {
        let (hop, length, bins) = (self.hop() as f32, self.window.len() as f32, self.powers.len());
        self.shifted.fill(Complex32::default());
        self.turned.fill(0.0);
        for (nth, &peak) in self.peaks.iter().enumerate() {
            let from = nth.checked_sub(1).map_or(0, |before| (self.peaks[before] + peak).div_ceil(2));
            let to = self.peaks.get(nth + 1).map_or(bins, |after| (peak + after).div_ceil(2));
            // The frequency of the partial, in radians a sample, by how far its phase has come since the window before.
            let centre = TAU * peak as f32 / length;
            let advance = (self.spectrum[peak] * self.former[peak].conj()).arg() - centre * hop;
            let frequency = centre + within_a_turn(advance) / hop;
            let change = frequency * (self.factor - 1.0);
            let turned = within_a_turn(self.former_turned[peak] + change * hop);
            let turn = Complex32::cis(turned);
            let steps = (change * length / TAU).round() as isize;
            for at in from..to {
                self.turned[at] = turned;
                let Some(place) = at.checked_add_signed(steps).filter(|place| (1..bins - 1).contains(place))
                else {
                    continue;
                };
                self.shifted[place] += self.spectrum[at] * turn;
            }
        }
    }
}

/// The same angle between half a turn back and half a turn on.
fn within_a_turn(angle: f32) -> f32 {
    angle - TAU * (angle / TAU).round()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goertzel::amplitude;
    use crate::level;

    fn sine(frequency: f64, rate: u32, seconds: f64) -> Vec<i16> {
        let samples = (f64::from(rate) * seconds) as usize;
        let at = |n: usize| std::f64::consts::TAU * frequency * n as f64 / f64::from(rate);
        (0..samples).map(|n| (8_000.0 * at(n).sin()) as i16).collect()
    }

    fn shifted(mut sound: Vec<i16>, rate: u32, factor: f32, frame: usize) -> Vec<i16> {
        let mut shifter = PitchShifter::new(rate, factor);
        sound.chunks_mut(frame).for_each(|frame| shifter.process(frame));
        sound
    }

    #[test]
    fn a_tone_comes_out_at_its_new_place_as_loud_as_before() {
        for rate in [8_000, 16_000, 48_000] {
            for factor in [0.5, 0.7, 0.85, 1.0, 1.25, 1.5, 2.0] {
                let sound = shifted(sine(1_000.0, rate, 1.0), rate, factor, rate as usize / 50);
                let steady = &sound[rate as usize / 2..];
                let frequency = 1_000.0 * f64::from(factor);
                let there = amplitude(steady, rate, frequency);
                assert!((6_000.0..9_000.0).contains(&there), "{rate} Hz, {factor}: {there}");
                let whole = level::rms(steady) * 2.0_f64.sqrt();
                assert!(there / whole > 0.9, "{rate} Hz, {factor}: {there} of {whole}");
                if factor != 1.0 {
                    let left = amplitude(steady, rate, 1_000.0);
                    assert!(left < 400.0, "{rate} Hz, {factor}: {left} left");
                }
            }
        }
    }

    #[test]
    fn partials_keep_their_ratio() {
        let (low, high) = (sine(400.0, 8_000, 1.0), sine(1_100.0, 8_000, 1.0));
        let both: Vec<i16> = low.iter().zip(&high).map(|(low, high)| low / 2 + high / 4).collect();
        let sound = shifted(both, 8_000, 1.5, 160);
        let (low, high) =
            (amplitude(&sound[4_000..], 8_000, 600.0), amplitude(&sound[4_000..], 8_000, 1_650.0));
        assert!((3_000.0..4_500.0).contains(&low) && (1_500.0..2_300.0).contains(&high), "{low} {high}");
    }

    #[test]
    fn what_is_beyond_the_band_is_gone_and_silence_stays() {
        let sound = shifted(sine(2_500.0, 8_000, 1.0), 8_000, 2.0, 160);
        assert!(level::rms(&sound[4_000..]) < 200.0, "{}", level::rms(&sound[4_000..]));
        assert!(shifted(vec![0; 4_000], 8_000, 0.5, 7).iter().all(|sample| *sample == 0));
    }

    #[test]
    fn the_length_of_frames_means_nothing_and_the_delay_is_told() {
        let sound = sine(700.0, 8_000, 0.3);
        assert_eq!(shifted(sound.clone(), 8_000, 1.25, 160), shifted(sound.clone(), 8_000, 1.25, 1));
        let mut late = vec![0; 2_000];
        late[500..1_500].copy_from_slice(&sound[..1_000]);
        let delay = PitchShifter::new(8_000, 1.0).delay();
        let out = shifted(late.clone(), 8_000, 1.0, 160);
        let off: i64 = (700..1_300).map(|n| i64::from(out[n + delay]).abs_diff(late[n].into()) as i64).sum();
        assert!(off / 600 < 200, "{}", off / 600);
    }
}
