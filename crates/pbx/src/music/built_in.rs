//! The music of an exchange that has no other: made when it is first heard.
//!
//! Four chords of a pentatonic scale, broken up over soft low notes, and a few bells above them. Each note rings out like
//! a plucked string. It has no beginning that one could be late for, and ends where it begins.

use std::f32::consts::TAU;
use std::sync::OnceLock;

use audio::Pcm;
use call_control::Sound;

/// Seconds between two notes.
const STEP: f32 = 0.4;

/// Notes of a chord.
const STEPS: usize = 8;

/// Semitones above A2: a low note, and what is played over it.
const CHORDS: [(f32, [f32; STEPS]); 8] = [
    (3.0, [15.0, 19.0, 22.0, 24.0, 27.0, 24.0, 22.0, 19.0]),
    (0.0, [12.0, 15.0, 19.0, 22.0, 24.0, 22.0, 19.0, 15.0]),
    (8.0, [15.0, 20.0, 24.0, 27.0, 24.0, 20.0, 15.0, 20.0]),
    (10.0, [17.0, 22.0, 24.0, 26.0, 29.0, 26.0, 24.0, 22.0]),
    (3.0, [19.0, 22.0, 27.0, 31.0, 27.0, 22.0, 19.0, 15.0]),
    (7.0, [14.0, 19.0, 22.0, 26.0, 22.0, 19.0, 14.0, 19.0]),
    (8.0, [20.0, 24.0, 27.0, 32.0, 27.0, 24.0, 20.0, 15.0]),
    (10.0, [22.0, 17.0, 22.0, 26.0, 24.0, 22.0, 19.0, 17.0]),
];

/// Hertz of A2.
const LOWEST: f32 = 110.0;

/// The loudest sample.
const PEAK: f32 = 9_000.0;

/// The music at 8 kHz, or at 16 kHz for those who hear that much. All who hear it share it.
pub(super) fn music(rate: u32) -> Sound {
    static NARROW: OnceLock<Sound> = OnceLock::new();
    static WIDE: OnceLock<Sound> = OnceLock::new();
    match rate {
        0..16_000 => NARROW.get_or_init(|| Sound::shared(compose(8_000))).clone(),
        _ => WIDE.get_or_init(|| Sound::shared(compose(16_000))).clone(),
    }
}

/// All of it: 25.6 seconds.
fn compose(rate: u32) -> Pcm {
    let step = (STEP * rate as f32) as usize;
    let mut sum = vec![0.0; step * STEPS * CHORDS.len()];
    for (bar, (low, notes)) in CHORDS.iter().enumerate() {
        let start = bar * STEPS * step;
        pluck(&mut sum, rate, start, *low, 3.2, 0.9);
        for (nth, note) in notes.iter().enumerate() {
            pluck(&mut sum, rate, start + nth * step, *note, 1.3, if nth % 4 == 0 { 0.6 } else { 0.42 });
        }
        if bar % 2 == 1 {
            pluck(&mut sum, rate, start + 5 * step, notes[3] + 12.0, 2.0, 0.16);
        }
    }
    let loudest = sum.iter().fold(1.0_f32, |most, sample| most.max(sample.abs()));
    Pcm::new(rate, sum.iter().map(|sample| (sample / loudest * PEAK) as i16).collect())
}

/// Adds a note that rings for `seconds`. What rings beyond the end goes on at the start.
fn pluck(sum: &mut [f32], rate: u32, start: usize, semitones: f32, seconds: f32, loud: f32) {
    let (rate, whole) = (rate as f32, sum.len());
    let turn = LOWEST * (semitones / 12.0).exp2() * TAU / rate;
    for nth in 0..(seconds * rate) as usize {
        let time = nth as f32 / rate;
        let attack = (time / 0.012).min(1.0);
        let ending = ((seconds - time) / 0.1).min(1.0);
        let fading = (-3.2 * time / seconds).exp();
        let phase = turn * nth as f32;
        let sound = phase.sin() + 0.28 * (2.0 * phase).sin() * fading + 0.09 * (3.0 * phase).sin() * fading;
        sum[(start + nth) % whole] += loud * attack * ending * fading * sound;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_even_and_has_no_seam() {
        for rate in [8_000, 16_000] {
            let pcm = compose(rate);
            assert_eq!(pcm.samples.len(), rate as usize * 256 / 10);
            assert_eq!(pcm.samples.len() % (rate as usize / 50), 0, "whole packets");
            for second in pcm.samples.chunks_exact(rate as usize) {
                let level = audio::level::rms(second);
                assert!((700.0..5_000.0).contains(&level), "{level}");
            }
            let jump = i32::from(pcm.samples[0]) - i32::from(*pcm.samples.last().unwrap());
            assert!(jump.abs() < 2_500, "{jump}");
        }
    }

    #[test]
    fn all_share_one_of_each_rate() {
        assert_eq!(music(8_000).pcm().rate, 8_000);
        assert!(std::sync::Arc::ptr_eq(music(48_000).pcm(), music(16_000).pcm()));
    }
}
