//! Speech that nobody understands on the way: the band of telephony upside down, so that what was low is high.

use std::f32::consts::{PI, TAU};

/// The band that is turned over is from zero to here, in Hz: a tone of `f` becomes one of 4000 − `f`.
pub const MIRROR: u32 = 4_000;

/// Samples a second of sound that has nothing beyond the band: it needs no filter.
const NARROW: u32 = 2 * MIRROR;

/// Where filters of sound with more begin and end to let through, in Hz.
const PASS: f32 = 3_500.0;
const STOP: f32 = MIRROR as f32;

/// Turns the band of telephony upside down. The same once more brings the sound back: at 8 kHz to the last bit, whatever the
/// delay between both. Sound of higher rates loses what is above the band.
///
/// It keeps out who overhears something, nobody who wants to listen. Nothing is allocated after it is made.
///
/// ```
/// let (mut one, mut other) = (audio::scramble::Scrambler::new(8_000), audio::scramble::Scrambler::new(8_000));
/// let sound: Vec<i16> = (0..160).map(|n| n * 100).collect();
/// let mut frame = sound.clone();
/// one.process(&mut frame);
/// assert_ne!(frame, sound);
/// other.process(&mut frame);
/// assert_eq!(frame, sound);
/// ```
#[derive(Clone, Debug)]
pub struct Scrambler {
    /// The carrier, sample by sample: two for the narrow band.
    carrier: Box<[f32]>,
    at: usize,
    /// Before and behind the mirror; `None` where nothing is beyond the band.
    filters: Option<Box<[Filter; 2]>>,
}

impl Scrambler {
    /// For a stream of `rate` samples a second.
    pub fn new(rate: u32) -> Scrambler {
        let rate = rate.clamp(NARROW, 192_000);
        // The mirror is a whole part of every rate of telephony within a second.
        let period = (rate / common(rate, MIRROR)) as usize;
        let turn = |n: usize| (TAU * (n as f32) * (MIRROR as f32 / rate as f32)).cos();
        // Of the two bands that a carrier makes one is filtered away, so the other is twice as loud.
        let loudness = if rate == NARROW { 1.0 } else { 2.0 };
        let filter = (rate > NARROW).then(|| Filter::new(rate));
        Scrambler {
            carrier: (0..period).map(|n| loudness * turn(n)).collect(),
            at: 0,
            filters: filter.map(|filter| Box::new([filter.clone(), filter])),
        }
    }

    /// Turns the next samples over, where they stand.
    pub fn process(&mut self, sound: &mut [i16]) {
        for sample in sound {
            let carrier = self.carrier[self.at];
            self.at = (self.at + 1) % self.carrier.len();
            match &mut self.filters {
                // Every second sample changes its sign. The lowest number has no opposite.
                None if carrier < 0.0 => *sample = if *sample == i16::MIN { i16::MAX } else { -*sample },
                None => {}
                Some(filters) => {
                    let [before, behind] = filters.as_mut();
                    // What is too loud is clipped by the conversion.
                    *sample = behind.push(carrier * before.push(f32::from(*sample))).round() as i16;
                }
            }
        }
    }
}

/// The greatest common divisor.
fn common(one: u32, other: u32) -> u32 {
    if other == 0 { one.max(1) } else { common(other, one % other) }
}

/// Lets the band through: a sinc in Hamming's window.
#[derive(Clone, Debug)]
struct Filter {
    taps: Box<[f32]>,
    /// The last samples, the newest at `at`.
    line: Box<[f32]>,
    at: usize,
}

impl Filter {
    fn new(rate: u32) -> Filter {
        let rate = rate as f32;
        // Hamming's window needs 3.3 over the width of the slope.
        let length = (3.3 * rate / (STOP - PASS)).ceil() as usize | 1;
        let middle = (length / 2) as f32;
        let cut = (PASS + STOP) / rate;
        let tap = |n: usize| {
            let at = n as f32 - middle;
            let sinc = if at == 0.0 { cut } else { (PI * cut * at).sin() / (PI * at) };
            sinc * (0.54 - 0.46 * (TAU * n as f32 / (length - 1) as f32).cos())
        };
        Filter { taps: (0..length).map(tap).collect(), line: vec![0.0; length].into(), at: 0 }
    }

    fn push(&mut self, sample: f32) -> f32 {
        self.at = self.at.checked_sub(1).unwrap_or(self.line.len() - 1);
        self.line[self.at] = sample;
        let (old, new) = self.line.split_at(self.at);
        let sum = |line: &[f32], taps: &[f32]| line.iter().zip(taps).map(|(a, b)| a * b).sum::<f32>();
        sum(new, &self.taps) + sum(old, &self.taps[new.len()..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goertzel::amplitude;
    use crate::level;

    fn sine(frequency: f64, rate: u32) -> Vec<i16> {
        let at = |n: u32| std::f64::consts::TAU * frequency * f64::from(n) / f64::from(rate);
        (0..rate).map(|n| (8_000.0 * at(n).sin()) as i16).collect()
    }

    #[test]
    fn tones_are_mirrored_and_mirrored_back() {
        for rate in [8_000, 16_000, 24_000, 48_000] {
            for frequency in [700.0, 1_000.0, 3_000.0] {
                let mut sound = sine(frequency, rate);
                Scrambler::new(rate).process(&mut sound);
                let half = rate as usize / 2;
                let mirrored = amplitude(&sound[half..], rate, 4_000.0 - frequency);
                assert!((7_500.0..8_500.0).contains(&mirrored), "{rate}: {frequency} becomes {mirrored}");
                assert!(amplitude(&sound[half..], rate, frequency) < 100.0, "{rate}: {frequency} is left");
                Scrambler::new(rate).process(&mut sound);
                let back = amplitude(&sound[half..], rate, frequency);
                assert!((7_000.0..9_000.0).contains(&back), "{rate}: {frequency} comes back as {back}");
            }
        }
    }

    #[test]
    fn the_narrow_band_comes_back_to_the_last_bit_and_what_is_beyond_it_is_gone() {
        let sound = sine(1_234.0, 8_000);
        let mut twice = sound.clone();
        twice.chunks_mut(37).fold(Scrambler::new(8_000), |mut scrambler, frame| {
            scrambler.process(frame);
            scrambler
        });
        Scrambler::new(8_000).process(&mut twice);
        assert_eq!(twice, sound);
        let mut high = sine(6_000.0, 16_000);
        Scrambler::new(16_000).process(&mut high);
        assert!(level::rms(&high[8_000..]) < 60.0);
    }
}
