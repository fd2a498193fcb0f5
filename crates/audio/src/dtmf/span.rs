use std::f32::consts::{PI, TAU};
use std::sync::LazyLock;

use super::digits::{COLUMNS, ROWS};
use crate::resample::LISTENING_RATE;

/// Samples of a span: 12.5 ms at 8 kHz.
pub(super) const SPAN: usize = 100;
/// Samples from one span to the next: half a span, so that their windows add up to one.
pub(super) const HOP: usize = SPAN / 2;
/// The eight frequencies, rows first.
pub(super) const TONES: usize = 8;

/// Its eight frequencies in the order of [`Span::tones`].
pub(super) fn frequency(tone: usize) -> f32 {
    f32::from(if tone < 4 { ROWS[tone] } else { COLUMNS[tone - 4] })
}

/// How much of each of the eight frequencies is in 12.5 ms, seen through Hann's window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    /// Power of all that sounds: half of its square for a sine's amplitude.
    pub(super) power: f32,
    /// Amplitude and phase of each frequency.
    pub(super) tones: [Phasor; TONES],
}

/// Amplitude and phase of a sine.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Phasor {
    pub(super) cosine: f32,
    pub(super) sine: f32,
}

impl Phasor {
    /// Power of the sine: half of its amplitude's square.
    pub(super) fn power(self) -> f32 {
        (self.cosine * self.cosine + self.sine * self.sine) / 2.0
    }

    /// By how much the phase has moved on since `before`, from −π to π.
    fn turned_since(self, before: Phasor) -> f32 {
        let along = self.cosine * before.cosine + self.sine * before.sine;
        let across = self.cosine * before.sine - self.sine * before.cosine;
        across.atan2(along)
    }
}

/// The windowed waves of the eight frequencies, sample by sample.
struct Waves {
    window: [f32; SPAN],
    /// For each sample eight cosines and eight sines.
    waves: [[f32; 2 * TONES]; SPAN],
    /// By how much each frequency turns in a hop.
    hop_turn: [f32; TONES],
}

static WAVES: LazyLock<Waves> = LazyLock::new(Waves::new);

impl Waves {
    fn new() -> Waves {
        let window: [f32; SPAN] =
            std::array::from_fn(|n| (PI * (n as f32 + 0.5) / SPAN as f32).sin().powi(2));
        let step = |tone: usize| TAU * frequency(tone) / LISTENING_RATE as f32;
        let waves = std::array::from_fn(|n| {
            std::array::from_fn(|lane| {
                let turn = step(lane % TONES) * n as f32;
                // Over the whole window a sine gives its amplitude.
                let scale = 2.0 / HOP as f32 * window[n];
                scale * if lane < TONES { turn.cos() } else { turn.sin() }
            })
        });
        Waves { window, waves, hop_turn: std::array::from_fn(|tone| step(tone) * HOP as f32) }
    }
}

impl Span {
    /// Looks at 12.5 ms. What has less power than `floor` is only weighed.
    pub(super) fn of(samples: &[f32; SPAN], floor: f32) -> Span {
        let waves = &*WAVES;
        let power = windowed_power(samples, &waves.window);
        if power < floor {
            return Span { power, ..Span::default() };
        }
        let mut lanes = [0.0_f32; 2 * TONES];
        for (sample, wave) in samples.iter().zip(&waves.waves) {
            for (lane, weight) in lanes.iter_mut().zip(wave) {
                *lane += sample * weight;
            }
        }
        let phasor = |tone| Phasor { cosine: lanes[tone], sine: lanes[tone + TONES] };
        Span { power, tones: std::array::from_fn(phasor) }
    }

    /// How far a frequency was from nominal between `before` and this span, in Hz; it must be within 80 Hz.
    pub(super) fn offset(&self, before: &Span, tone: usize) -> f32 {
        let turned = self.tones[tone].turned_since(before.tones[tone]) - WAVES.hop_turn[tone];
        let turned = turned - TAU * (turned / TAU).round();
        turned / TAU * LISTENING_RATE as f32 / HOP as f32
    }
}

/// Power under the window's square.
fn windowed_power(samples: &[f32; SPAN], window: &[f32; SPAN]) -> f32 {
    let mut sums = [0.0_f32; 4];
    for (samples, window) in samples.as_chunks::<4>().0.iter().zip(window.as_chunks::<4>().0) {
        for lane in 0..4 {
            let seen = samples[lane] * window[lane];
            sums[lane] += seen * seen;
        }
    }
    // The squares of Hann's window add up to 3/8 of its length.
    sums.iter().sum::<f32>() / (0.375 * SPAN as f32)
}

/// Power of one frequency in 12.5 ms, seen through the same window.
pub(super) fn power_at(samples: &[f32; SPAN], frequency: f32) -> f32 {
    let (step_sine, step_cosine) = (TAU * frequency / LISTENING_RATE as f32).sin_cos();
    let (mut cosine, mut sine) = (1.0_f32, 0.0_f32);
    let mut sum = Phasor::default();
    for (sample, window) in samples.iter().zip(&WAVES.window) {
        let seen = sample * window * 2.0 / HOP as f32;
        sum.cosine += seen * cosine;
        sum.sine += seen * sine;
        (cosine, sine) = (cosine * step_cosine - sine * step_sine, sine * step_cosine + cosine * step_sine);
    }
    sum.power()
}

/// Power of what lies below 520 Hz in 12.5 ms: the bins of a Fourier transform to 480 Hz.
pub(super) fn power_below_keys(samples: &[f32; SPAN]) -> f32 {
    // 80 Hz from bin to bin. Each bin shows a sine's power; the window spreads it over 1.5 of them.
    (1..=6_u8).map(|bin| power_at(samples, 80.0 * f32::from(bin))).sum::<f32>() / 1.5
}

/// What a sine that is `offset` Hz beside a frequency shows of its power there.
pub(super) fn seen_beside(offset: f32) -> f32 {
    let bins = offset * SPAN as f32 / LISTENING_RATE as f32;
    if bins.abs() < 1e-3 {
        return 1.0;
    }
    let turn = PI * bins;
    let shown = turn.sin() / turn / (1.0 - bins * bins);
    shown * shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sines(parts: &[(f32, f32)], start: usize) -> [f32; SPAN] {
        let sample = |n: usize| {
            let at = (n + start) as f32 / LISTENING_RATE as f32;
            parts.iter().map(|(frequency, amplitude)| amplitude * (TAU * frequency * at).sin()).sum()
        };
        std::array::from_fn(sample)
    }

    #[test]
    fn two_frequencies_are_measured_apart() {
        for offset in [-20.0_f32, 0.0, 13.0] {
            let parts = [(770.0 + offset, 8_000.0), (1_477.0 + offset, 3_000.0)];
            let spans = [0, HOP].map(|start| Span::of(&sines(&parts, start), 1.0));
            for (tone, amplitude) in [(1, 8_000.0_f32), (6, 3_000.0)] {
                let found = spans[1].offset(&spans[0], tone);
                assert!((found - offset).abs() < 1.0, "{found} Hz for {offset}");
                let power = spans[1].tones[tone].power() / seen_beside(offset);
                let wanted = amplitude * amplitude / 2.0;
                assert!((power / wanted - 1.0).abs() < 0.05, "{power} for {wanted}");
            }
            let all = (8_000.0_f32.powi(2) + 3_000.0_f32.powi(2)) / 2.0;
            assert!((spans[0].power / all - 1.0).abs() < 0.05);
        }
    }

    #[test]
    fn a_dial_tone_lies_below_the_keys() {
        let dial_tone = [(350.0, 4_000.0), (440.0, 4_000.0)];
        let samples = sines(&dial_tone, 0);
        let below = power_below_keys(&samples);
        let all = Span::of(&samples, 1.0).power;
        assert!((below / all - 1.0).abs() < 0.1, "{below} of {all}");
        assert!(power_below_keys(&sines(&[(697.0, 4_000.0)], 0)) < 0.01 * 8e6);
    }

    #[test]
    fn what_is_too_weak_is_not_looked_at() {
        let span = Span::of(&[1.0; SPAN], 10.0);
        assert_eq!(span.tones, [Phasor::default(); TONES]);
        assert!(span.power > 0.0);
    }
}
