use std::time::Duration;

use super::bank::Bank;
use super::filter::Design;
use super::half_band::{DELAY_IN_HALVES, Doubler, Halver};
use super::{RATES, greatest_common_divisor};

/// Most phases a bank may have: 44.1 to 48 kHz needs 160, 8 to 44.1 kHz needs 441.
const MAX_PHASES: u32 = 512;

/// Below this the lower of two rates is that of a telephone.
const WIDE_FROM: u32 = 16_000;

/// Towards or from the narrow band: 1.9 ms, flat to 3.4 kHz. What lies between 4 and 4.4 kHz may fold to above
/// 3.6 kHz, where a telephone hears next to nothing.
const NARROW: Design = Design { half_width: 15.0, rejection: 60.0, stop: 1.09 };
/// Between wider bands: 1.5 ms at 16 kHz, flat to 0.9 of the band.
const WIDE: Design = Design { half_width: 24.0, rejection: 60.0, stop: 1.05 };

/// Changes the rate of a stream, frame by frame.
///
/// A frame of any length may be handed in; a whole number of milliseconds gives exactly as many out, from the
/// first frame on. Allocates nothing after it is made.
///
/// ```
/// let mut resampler = audio::Resampler::new(8_000, 16_000)?;
/// let mut out = [0; 320];
/// let processed = resampler.process(&[0; 160], &mut out);
/// assert_eq!((processed.read, processed.written), (160, 320));
/// assert!(resampler.delay() < std::time::Duration::from_millis(2));
/// # Ok::<(), audio::resample::ResampleError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Resampler {
    from: u32,
    to: u32,
    road: Road,
}

/// How the rate is changed.
#[derive(Clone, Debug)]
enum Road {
    Copied,
    Doubled(Doubler),
    Halved(Halver),
    Any(Bank),
}

/// How much of its input and output a [`Resampler::process`] used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processed {
    /// Samples taken from the input; all of them unless the output was full first.
    pub read: usize,
    /// Samples put into the output.
    pub written: usize,
}

/// Why there is no streaming resampler between two rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no stream can be resampled from {from} to {to} Hz: rates go from 1000 to 384000 Hz, and their ratio must be a simple one; resample the whole sound instead"
)]
pub struct ResampleError {
    /// Rate of the input in Hz.
    pub from: u32,
    /// Rate of the output in Hz.
    pub to: u32,
}

impl Resampler {
    /// A resampler from one rate to another, in Hz. With equal rates it copies, without delay.
    ///
    /// # Errors
    /// [`ResampleError`] for a rate outside [`RATES`], or a ratio that would need a large filter.
    pub fn new(from: u32, to: u32) -> Result<Resampler, ResampleError> {
        let error = ResampleError { from, to };
        if !RATES.contains(&from) || !RATES.contains(&to) {
            return Err(error);
        }
        let common = greatest_common_divisor(from, to);
        let (phases, step) = (to / common, from / common);
        if phases > MAX_PHASES || step > MAX_PHASES {
            return Err(error);
        }
        let narrow = from.min(to) < WIDE_FROM;
        let road = match (phases, step) {
            (1, 1) => Road::Copied,
            (2, 1) if narrow => Road::Doubled(Doubler::new()),
            (1, 2) if narrow => Road::Halved(Halver::new()),
            (phases, step) => {
                let design = if narrow { NARROW } else { WIDE };
                Road::Any(Bank::new((from, to), (phases as usize, step as usize), design))
            }
        };
        Ok(Resampler { from, to, road })
    }

    /// Takes samples from `input` until there are no more, or until `output` is full. When `output` is too
    /// short nothing is lost: call again with what was not read.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) -> Processed {
        match &mut self.road {
            Road::Copied => {
                let length = input.len().min(output.len());
                output[..length].copy_from_slice(&input[..length]);
                Processed { read: length, written: length }
            }
            Road::Doubled(doubler) => doubler.process(input, output),
            Road::Halved(halver) => halver.process(input, output),
            Road::Any(bank) => bank.process(input, output),
        }
    }

    /// How many samples the next [`process`](Resampler::process) gives for `input` samples.
    pub fn output_length(&self, input: usize) -> usize {
        match &self.road {
            Road::Copied => input,
            Road::Doubled(doubler) => doubler.output_length(input),
            Road::Halved(halver) => halver.output_length(input),
            Road::Any(bank) => bank.output_length(input),
        }
    }

    /// How long a sound stays inside.
    pub fn delay(&self) -> Duration {
        let halves_of_a_sample = match &self.road {
            Road::Copied => 0,
            Road::Doubled(_) => DELAY_IN_HALVES,
            Road::Halved(_) => 2 * DELAY_IN_HALVES,
            Road::Any(bank) => 2 * bank.delay() as u64,
        };
        Duration::from_nanos(halves_of_a_sample * 500_000_000 / u64::from(self.from))
    }

    /// Forgets what it heard, for another stream.
    pub fn reset(&mut self) {
        match &mut self.road {
            Road::Copied => {}
            Road::Doubled(doubler) => *doubler = Doubler::new(),
            Road::Halved(halver) => *halver = Halver::new(),
            Road::Any(bank) => bank.reset(),
        }
    }

    /// Rate of the input in Hz.
    pub fn from(&self) -> u32 {
        self.from
    }

    /// Rate of the output in Hz.
    pub fn to(&self) -> u32 {
        self.to
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::goertzel::amplitude;

    const CALL_RATES: [u32; 5] = [8_000, 16_000, 24_000, 32_000, 48_000];

    fn sine(rate: u32, frequency: f64, length: usize) -> Vec<i16> {
        (0..length)
            .map(|n| (10_000.0 * (TAU * frequency * n as f64 / f64::from(rate)).sin()).round() as i16)
            .collect()
    }

    /// Runs a sine through in frames of 20 ms and gives a second of what came out, without the start.
    fn through(from: u32, to: u32, frequency: f64) -> Vec<i16> {
        let mut resampler = Resampler::new(from, to).unwrap();
        let input = sine(from, frequency, from as usize * 6 / 5);
        let mut output = Vec::new();
        for frame in input.chunks(from as usize / 50) {
            let mut out = vec![0; to as usize / 50];
            let processed = resampler.process(frame, &mut out);
            assert_eq!(processed, Processed { read: frame.len(), written: out.len() }, "{from} -> {to}");
            output.extend(out);
        }
        output[to as usize / 5..].to_vec()
    }

    fn decibels(amplitude: f64) -> f64 {
        20.0 * (amplitude / 10_000.0).max(1e-9).log10()
    }

    #[test]
    fn the_pass_band_is_flat() {
        for from in CALL_RATES {
            for to in CALL_RATES {
                let lower = f64::from(from.min(to));
                let edge = if lower < 16_000.0 { 3_400.0 } else { 0.44 * lower };
                for frequency in [300.0, 1_000.0, edge] {
                    let level = decibels(amplitude(&through(from, to, frequency), to, frequency));
                    assert!(level.abs() < 0.2, "{from} -> {to}, {frequency} Hz: {level} dB");
                }
            }
        }
    }

    #[test]
    fn aliases_are_rejected_going_down() {
        for (from, to, tone, alias) in [
            (16_000, 8_000, 5_000.0, 3_000.0),
            (16_000, 8_000, 7_000.0, 1_000.0),
            (48_000, 8_000, 4_500.0, 3_500.0),
            (48_000, 8_000, 17_000.0, 1_000.0),
            (48_000, 16_000, 9_000.0, 7_000.0),
            (24_000, 16_000, 11_000.0, 5_000.0),
            (48_000, 32_000, 20_000.0, 12_000.0),
        ] {
            let level = decibels(amplitude(&through(from, to, tone), to, alias));
            assert!(level < -58.0, "{from} -> {to}, {tone} Hz at {alias} Hz: {level} dB");
        }
    }

    #[test]
    fn images_are_rejected_going_up() {
        for (from, to, tone, image) in [
            (8_000, 16_000, 1_000.0, 7_000.0),
            (8_000, 16_000, 3_000.0, 5_000.0),
            (8_000, 48_000, 3_400.0, 4_600.0),
            (8_000, 48_000, 1_000.0, 15_000.0),
            (16_000, 48_000, 7_000.0, 9_000.0),
            (16_000, 24_000, 6_000.0, 10_000.0),
        ] {
            let level = decibels(amplitude(&through(from, to, tone), to, image));
            assert!(level < -58.0, "{from} -> {to}, {tone} Hz at {image} Hz: {level} dB");
        }
    }

    #[test]
    fn a_tone_stays_alone() {
        for from in CALL_RATES {
            for to in CALL_RATES {
                for frequency in [400.0, 1_000.0, 3_000.0] {
                    let heard = through(from, to, frequency);
                    let whole = heard.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
                    let tone = amplitude(&heard, to, frequency).powi(2) / 2.0 * f64::from(to);
                    let rest = 10.0 * ((whole - tone).max(1.0) / whole).log10();
                    assert!(rest < -62.0, "{from} -> {to}, {frequency} Hz: {rest} dB beside it");
                }
            }
        }
    }

    #[test]
    fn the_delay_is_under_two_milliseconds_and_true() {
        for from in CALL_RATES {
            for to in CALL_RATES {
                let mut resampler = Resampler::new(from, to).unwrap();
                let delay = resampler.delay();
                assert!(delay < Duration::from_millis(2), "{from} -> {to}: {delay:?}");
                // A click comes out as its largest sample.
                let mut click = vec![0; from as usize / 50];
                click[0] = 20_000;
                let mut out = vec![0; to as usize / 50];
                resampler.process(&click, &mut out);
                let at = (0..out.len()).max_by_key(|&n| out[n]).unwrap();
                let measured = at as f64 / f64::from(to);
                assert!(
                    (measured - delay.as_secs_f64()).abs() < 1.5 / f64::from(from.min(to)),
                    "{from} -> {to}"
                );
            }
        }
    }

    #[test]
    fn frames_of_any_size_give_the_same_sound() {
        for (from, to) in [(8_000, 16_000), (48_000, 8_000), (44_100, 48_000), (24_000, 16_000)] {
            let input = sine(from, 700.0, 10_000);
            let mut whole = vec![0; 30_000];
            let length = Resampler::new(from, to).unwrap().process(&input, &mut whole).written;

            let mut resampler = Resampler::new(from, to).unwrap();
            let mut pieces = Vec::new();
            for (n, frame) in input.chunks(37).enumerate() {
                let expected = resampler.output_length(frame.len());
                let mut out = vec![0; expected + n % 3];
                let processed = resampler.process(frame, &mut out);
                assert_eq!(processed, Processed { read: frame.len(), written: expected });
                pieces.extend_from_slice(&out[..expected]);
            }
            assert_eq!(pieces, whole[..length], "{from} -> {to}");
        }
    }

    #[test]
    fn a_short_output_loses_nothing() {
        let input = sine(8_000, 700.0, 4_000);
        let mut whole = vec![0; 8_000];
        let length = Resampler::new(8_000, 16_000).unwrap().process(&input, &mut whole).written;
        let mut resampler = Resampler::new(8_000, 16_000).unwrap();
        let (mut read, mut pieces) = (0, Vec::new());
        loop {
            let mut out = [0; 100];
            let processed = resampler.process(&input[read..], &mut out);
            read += processed.read;
            pieces.extend_from_slice(&out[..processed.written]);
            if processed.written < out.len() {
                break;
            }
        }
        assert_eq!(pieces, whole[..length]);
    }

    #[test]
    fn full_scale_clips_and_does_not_wrap() {
        let square: Vec<i16> = (0..1_600).map(|n| if n / 8 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let mut out = vec![0; 3_200];
        Resampler::new(8_000, 16_000).unwrap().process(&square, &mut out);
        for pair in out[400..].windows(2) {
            assert!((i32::from(pair[1]) - i32::from(pair[0])).abs() < 50_000);
        }
    }

    #[test]
    fn odd_ratios_are_refused() {
        assert!(Resampler::new(8_000, 8_001).is_err());
        assert!(Resampler::new(0, 8_000).is_err());
        assert!(Resampler::new(44_100, 8_000).is_ok());
        let error = Resampler::new(8_000, 0).unwrap_err().to_string();
        assert!(error.contains("8000 to 0 Hz"), "{error}");
    }

    #[test]
    fn equal_rates_copy() {
        let mut resampler = Resampler::new(8_000, 8_000).unwrap();
        let mut out = [0; 3];
        assert_eq!(resampler.process(&[1, 2, 3], &mut out), Processed { read: 3, written: 3 });
        assert_eq!(out, [1, 2, 3]);
        assert_eq!(resampler.delay(), Duration::ZERO);
    }
}
