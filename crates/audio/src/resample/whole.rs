use super::filter::{self, Design, Filter, dot};
use super::{RATES, greatest_common_divisor};
use crate::pcm::Pcm;

/// Largest terms of a ratio that gets a phase for each place; 192 to 44.1 kHz is 147 to 640.
const MAX_TERM: u32 = 640;
/// Places in a period of the lower rate that other ratios get; between two the weights are interpolated.
const FINE_PHASES: u32 = 512;

/// Nothing from above half the rate remains; flat to 0.91 of it.
const STEEP: Design = Design { half_width: 64.0, rejection: 90.0, stop: 1.0 };

/// A whole sound at another rate, in time with the original.
///
/// Made for prompts and recordings, such as 44.1 kHz from a studio to the 8 kHz of a call: what the new rate
/// cannot carry is gone (90 dB), instead of being heard as something else. `rate` is taken into [`RATES`] when
/// it is outside; so is that of the sound.
///
/// ```
/// let studio = audio::Pcm::new(44_100, vec![0; 44_100]);
/// let call = audio::resample(&studio, 8_000);
/// assert_eq!((call.rate, call.samples.len()), (8_000, 8_000));
/// ```
pub fn resample(pcm: &Pcm, rate: u32) -> Pcm {
    let from = pcm.rate.clamp(*RATES.start(), *RATES.end());
    let to = rate.clamp(*RATES.start(), *RATES.end());
    if from == to {
        return Pcm { rate: to, samples: pcm.samples.clone() };
    }
    let phases = phases(from, to);
    let filter = Filter::new(from, to, phases as usize, STEEP);
    let padded = padded(&pcm.samples, &filter);
    let length = (pcm.samples.len() as u64 * u64::from(to)).div_ceil(u64::from(from));
    let samples = (0..length)
        .map(|n| {
            let place = n * u64::from(from);
            let start = (place / u64::from(to)) as usize;
            let phase = (place % u64::from(to)) as f64 * f64::from(phases) / f64::from(to);
            between(&filter, phase, &padded[start..start + filter.taps()])
        })
        .collect();
    Pcm { rate: to, samples }
}

/// Phases of the bank. It stays small whatever the ratio: the lower the new rate, the smoother the filter.
fn phases(from: u32, to: u32) -> u32 {
    let common = greatest_common_divisor(from, to);
    if to / common <= MAX_TERM && from / common <= MAX_TERM {
        return to / common;
    }
    (u64::from(FINE_PHASES) * u64::from(from.min(to)) / u64::from(from)).max(1) as u32
}

/// With silence before and after, so that the filter never reaches past an end.
fn padded(samples: &[i16], filter: &Filter) -> Vec<f32> {
    let length = samples.len() + filter.taps();
    let mut padded = Vec::with_capacity(length);
    padded.resize(filter.taps() - filter.half() - 1, 0.0);
    padded.extend(samples.iter().map(|&sample| f32::from(sample)));
    padded.resize(length, 0.0);
    padded
}

/// The sound at a place between phases.
fn between(filter: &Filter, phase: f64, samples: &[f32]) -> i16 {
    let lower = phase as usize;
    let fraction = (phase - lower as f64) as f32;
    let value = dot(filter.phase(lower), samples);
    // Simple ratios have a phase for each place; rounding leaves a trace of a fraction there.
    if fraction < 1e-5 {
        return filter::sample(value);
    }
    let next = dot(filter.phase(lower + 1), samples);
    filter::sample(value + fraction * (next - value))
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::goertzel::amplitude;

    fn sine(rate: u32, frequency: f64) -> Pcm {
        let sample = |n: u32| 10_000.0 * (TAU * frequency * f64::from(n) / f64::from(rate)).sin();
        Pcm::new(rate, (0..rate * 3 / 2).map(|n| sample(n).round() as i16).collect())
    }

    /// Level in dB of `heard` Hz in the middle second of a sine of `played` Hz.
    fn level(from: u32, to: u32, played: f64, heard: f64) -> f64 {
        let out = resample(&sine(from, played), to);
        let start = to as usize / 4;
        let found = amplitude(&out.samples[start..start + to as usize], to, heard);
        20.0 * (found / 10_000.0).max(1e-9).log10()
    }

    #[test]
    fn the_pass_band_is_flat() {
        for (from, to, edge) in [
            (44_100, 8_000, 3_600.0),
            (22_050, 16_000, 7_200.0),
            (8_000, 44_100, 3_600.0),
            (11_025, 8_000, 3_600.0),
        ] {
            for frequency in [200.0, 1_000.0, edge] {
                let level = level(from, to, frequency, frequency);
                assert!(level.abs() < 0.05, "{from} -> {to}, {frequency} Hz: {level} dB");
            }
        }
    }

    #[test]
    fn aliases_and_images_are_rejected() {
        for (from, to, played, heard) in [
            (44_100, 8_000, 4_050.0, 3_950.0),
            (44_100, 8_000, 5_000.0, 3_000.0),
            (44_100, 8_000, 15_000.0, 1_000.0),
            (44_100, 16_000, 9_000.0, 7_000.0),
            (48_000, 44_100, 23_000.0, 21_100.0),
            (8_000, 44_100, 3_000.0, 5_000.0),
            (47_999, 8_000, 5_000.0, 3_000.0),
            (192_000, 7_999, 50_000.0, 2_006.0),
            (8_000, 47_999, 3_000.0, 5_000.0),
        ] {
            let level = level(from, to, played, heard);
            assert!(level < -80.0, "{from} -> {to}, {played} Hz at {heard} Hz: {level} dB");
        }
    }

    #[test]
    fn there_is_no_delay() {
        let mut click = Pcm::new(44_100, vec![0; 4_410]);
        click.samples[2_205] = 30_000; // at 50 ms
        let out = resample(&click, 8_000);
        let at = (0..out.samples.len()).max_by_key(|&n| out.samples[n]).unwrap();
        assert_eq!(at, 400);
        assert_eq!(out.samples.len(), 800);
    }

    #[test]
    fn a_constant_stays_one() {
        for to in [7_999, 8_000, 48_000, 44_100] {
            let out = resample(&Pcm::new(16_000, vec![12_345; 16_000]), to);
            let middle = out.samples.len() / 2;
            assert!((out.samples[middle] - 12_345).abs() <= 1, "{to}: {}", out.samples[middle]);
        }
    }

    #[test]
    fn odd_sounds_are_no_trouble() {
        assert_eq!(resample(&Pcm::new(8_000, vec![]), 48_000).samples, []);
        assert_eq!(resample(&Pcm::new(8_000, vec![7]), 16_000).samples.len(), 2);
        assert_eq!(resample(&Pcm::new(0, vec![7; 10]), 0), Pcm::new(1_000, vec![7; 10]));
        assert_eq!(resample(&Pcm::new(48_000, vec![7; 5]), 1_000).samples.len(), 1);
    }
}
