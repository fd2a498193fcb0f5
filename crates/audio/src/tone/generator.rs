use std::time::Duration;

use super::oscillator::Oscillator;
use super::{Sound, Tone};
use crate::level;

/// How far the loudness of a modulated tone swings.
const MODULATION_DEPTH: f64 = 0.9;

/// Turns a [`Tone`] into samples, frame by frame.
///
/// The wave goes on from frame to frame and from segment to segment without a jump; after a pause it starts at
/// zero. Allocates nothing after it is made.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    tone: Tone,
    rate: u32,
    /// Index into the segments; `None` when the tone has ended.
    segment: Option<usize>,
    /// Where the repeated part starts; `None` when there is none.
    repeat_from: Option<usize>,
    /// Samples to go in this segment; `None` without end.
    left: Option<u64>,
    first: Oscillator,
    second: Oscillator,
    amplitude: f64,
}

impl ToneGenerator {
    /// A generator at the start of `tone`, for `rate` samples a second.
    pub fn new(tone: Tone, rate: u32) -> ToneGenerator {
        let repeat_from = tone.segments().iter().position(|segment| !segment.once);
        let amplitude = level::sine_amplitude(tone.level_dbm0());
        let (first, second) = (Oscillator::new(), Oscillator::new());
        let rate = rate.max(1);
        let mut generator =
            ToneGenerator { tone, rate, segment: None, repeat_from, left: None, first, second, amplitude };
        generator.enter(0);
        generator
    }

    /// Writes the next samples and says how many belong to the tone: fewer than `out` is long only when it has
    /// ended, and the rest of `out` is silence then.
    pub fn fill(&mut self, out: &mut [i16]) -> usize {
        let mut written = 0;
        while let Some(segment) = self.segment
            && written < out.len()
        {
            let room = out.len() - written;
            let run = self.left.map_or(room, |left| room.min(usize::try_from(left).unwrap_or(room)));
            self.sound(segment, &mut out[written..written + run]);
            written += run;
            self.pass(segment, run as u64);
        }
        out[written..].fill(0);
        self.first.settle();
        self.second.settle();
        written
    }

    /// Whether the tone has come to its end; one that repeats never does.
    pub fn is_finished(&self) -> bool {
        self.segment.is_none()
    }

    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Counts `run` samples off the segment and goes to the next one when it is over.
    fn pass(&mut self, segment: usize, run: u64) {
        let Some(left) = &mut self.left else { return };
        *left -= run;
        if *left == 0 {
            self.enter(segment + 1);
        }
    }

    /// Starts a segment, or the repeated part after the last one, or ends.
    fn enter(&mut self, segment: usize) {
        let count = self.tone.segments().len();
        let next = if segment < count { Some(segment) } else { self.repeat_from };
        self.segment = next.filter(|&next| next < count);
        let Some(next) = self.segment else { return };
        let segment = self.tone.segments()[next];
        self.left = segment.length.map(|length| samples(length, self.rate));
        let audible = |frequency: u16| if u32::from(frequency) * 2 < self.rate { frequency } else { 0 };
        match segment.sound {
            Sound::Silence => {
                self.first.restart();
                self.second.restart();
            }
            Sound::Sine(frequency) => self.first.tune(audible(frequency), self.rate),
            Sound::Sum(one, other) | Sound::Modulated { carrier: one, modulator: other } => {
                self.first.tune(audible(one), self.rate);
                self.second.tune(audible(other), self.rate);
            }
        }
    }

    fn sound(&mut self, segment: usize, out: &mut [i16]) {
        let (first, second, amplitude) = (&mut self.first, &mut self.second, self.amplitude);
        match self.tone.segments()[segment].sound {
            Sound::Silence => out.fill(0),
            Sound::Sine(_) => out.fill_with(|| (amplitude * first.next()).round() as i16),
            Sound::Sum(..) => {
                // Two sines of half the power each.
                let each = amplitude * std::f64::consts::FRAC_1_SQRT_2;
                out.fill_with(|| (each * (first.next() + second.next())).round() as i16);
            }
            Sound::Modulated { .. } => {
                let each = amplitude / (1.0 + MODULATION_DEPTH);
                out.fill_with(|| {
                    (each * first.next() * (1.0 + MODULATION_DEPTH * second.next())).round() as i16
                });
            }
        }
    }
}

/// At least one sample, so that a tone of short segments still moves on.
fn samples(length: Duration, rate: u32) -> u64 {
    ((length.as_micros() * u128::from(rate) / 1_000_000) as u64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goertzel::amplitude;

    fn generated(text: &str, rate: u32, length: usize) -> Vec<i16> {
        let mut generator = ToneGenerator::new(Tone::parse(text).unwrap(), rate);
        let mut samples = vec![0; length];
        // Frames of an odd size, so that no segment starts where a frame does.
        for frame in samples.chunks_mut(77) {
            generator.fill(frame);
        }
        samples
    }

    #[test]
    fn cadence_is_kept_to_the_sample() {
        let samples = generated("440/300,0/200", 8_000, 8_000);
        for period in samples.chunks(4_000) {
            assert!(period[..2_400].iter().filter(|&&sample| sample == 0).count() < 30);
            assert!(period[2_400..].iter().all(|&sample| sample == 0));
        }
    }

    #[test]
    fn levels_are_those_of_e180() {
        let single = generated("440", 8_000, 8_000);
        assert!((level::rms_dbfs(&single) - (-10.0 - 3.17 - 3.01)).abs() < 0.05);
        let pair = generated("350+440", 8_000, 8_000);
        assert!((level::rms_dbfs(&pair) - level::rms_dbfs(&single)).abs() < 0.05);
        let each = level::sine_amplitude(-13.01);
        assert!((amplitude(&pair, 8_000, 350.0) - each).abs() < 5.0);
        assert!((amplitude(&pair, 8_000, 440.0) - each).abs() < 5.0);
    }

    #[test]
    fn modulation_has_its_side_bands() {
        let samples = generated("400*25", 16_000, 16_000);
        let carrier = amplitude(&samples, 16_000, 400.0);
        for side in [375.0, 425.0] {
            let ratio = amplitude(&samples, 16_000, side) / carrier;
            assert!((ratio - MODULATION_DEPTH / 2.0).abs() < 0.01, "{side}: {ratio}");
        }
    }

    #[test]
    fn the_wave_never_jumps() {
        // 440 Hz moves by at most 2 pi 440 / 8000 of its amplitude a sample.
        let steepest =
            (level::sine_amplitude(-10.0) * std::f64::consts::TAU * 440.0 / 8_000.0).ceil() as i32 + 1;
        for text in ["440", "440/33,400/21,440/7"] {
            let samples = generated(text, 8_000, 16_000);
            for pair in samples.windows(2) {
                assert!((i32::from(pair[1]) - i32::from(pair[0])).abs() <= steepest, "{text}: {pair:?}");
            }
        }
    }

    #[test]
    fn once_only_segments_are_not_repeated() {
        let mut generator = ToneGenerator::new("!1000/10,500/10,!1000/10".parse().unwrap(), 8_000);
        let mut segments = [[0; 80]; 6];
        for segment in &mut segments {
            generator.fill(segment);
        }
        let heard = segments.map(|segment| amplitude(&segment, 8_000, 1_000.0) > 1_000.0);
        // From the first segment without `!` the whole rest comes round again.
        assert_eq!(heard, [true, false, true, false, true, false]);
    }

    #[test]
    fn a_tone_of_once_only_segments_ends() {
        let tone: Tone = "!440/100,!0/50".parse().unwrap();
        assert_eq!(tone.duration(), Some(Duration::from_millis(150)));
        let mut generator = ToneGenerator::new(tone, 8_000);
        let mut samples = [1; 2_000];
        assert_eq!(generator.fill(&mut samples), 1_200);
        assert!(samples[1_200..].iter().all(|&sample| sample == 0));
        assert!(generator.is_finished());
        assert_eq!(generator.fill(&mut samples), 0);
        assert_eq!(ToneGenerator::new(Tone::new(vec![]), 8_000).fill(&mut samples), 0);
    }

    #[test]
    fn what_the_rate_cannot_carry_is_silent() {
        assert!(generated("7000", 8_000, 800).iter().all(|&sample| sample == 0));
        assert!(level::rms(&generated("7000", 16_000, 800)) > 1_000.0);
    }
}
