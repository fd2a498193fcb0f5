//! From what a speech program says to a prompt: cut, brought to one level, with soft ends.

use audio::{Pcm, level};

/// Level of the speech in a prompt, pauses left out, in dBFS.
const LEVEL: f64 = -20.0;
/// How far a prompt may be from it: a voice with high peaks is left lower than it would clip.
const TOLERANCE: f64 = 3.0;
/// No sample gets higher: 1 dB below full scale.
const MAX_PEAK: f64 = 29_205.0;
/// What is this far below the speech is not part of it, in dB.
const GATE: f64 = 35.0;
/// Kept before and after the speech, in ms.
const LEAD_MS: usize = 20;
const TAIL_MS: usize = 50;
/// Length of the fades at both ends, in ms.
const FADE_MS: usize = 8;

/// A prompt at `rate` from what was spoken.
pub(super) fn prompt(spoken: &Pcm, rate: u32) -> Pcm {
    let mut pcm = trimmed(&audio::resample(spoken, rate));
    let gain = gain(&pcm);
    for sample in &mut pcm.samples {
        *sample = (f64::from(*sample) * gain).round() as i16;
    }
    soften(&mut pcm);
    pcm
}

/// Fades both ends, so that nothing clicks.
pub(super) fn soften(pcm: &mut Pcm) {
    let length = milliseconds(pcm, FADE_MS).min(pcm.samples.len() / 2);
    let faded = |sample: i16, step: usize| (i64::from(sample) * step as i64 / length as i64) as i16;
    for step in 0..length {
        pcm.samples[step] = faded(pcm.samples[step], step);
        let mirror = pcm.samples.len() - 1 - step;
        pcm.samples[mirror] = faded(pcm.samples[mirror], step);
    }
}

/// What is wrong with the sound of a finished prompt, if anything.
pub(super) fn fault(pcm: &Pcm) -> Option<String> {
    let peak = level::peak(&pcm.samples);
    // Companding may round a peak up by half a step of its highest segment.
    if f64::from(peak) > MAX_PEAK + 512.0 {
        return Some(format!("its peak of {peak} is too near to clipping"));
    }
    let active = level::active_dbfs(&pcm.samples, pcm.rate);
    let off = (active - LEVEL).abs();
    (off > TOLERANCE)
        .then(|| format!("its level is {active:.1} dBFS, should be {LEVEL} within {TOLERANCE} dB"))
}

/// Factor that brings the speech to its level, or its peak to the highest allowed.
fn gain(pcm: &Pcm) -> f64 {
    let wanted = 10_f64.powf((LEVEL - level::active_dbfs(&pcm.samples, pcm.rate)) / 20.0);
    let highest = MAX_PEAK / f64::from(level::peak(&pcm.samples).max(1));
    wanted.min(highest)
}

/// Without the silence before and after the speech.
fn trimmed(pcm: &Pcm) -> Pcm {
    let gate = level::active_dbfs(&pcm.samples, pcm.rate) - GATE;
    let frame = milliseconds(pcm, 5).max(1);
    let heard: Vec<bool> = pcm.samples.chunks(frame).map(|frame| level::rms_dbfs(frame) > gate).collect();
    let first = heard.iter().position(|heard| *heard).unwrap_or(0) * frame;
    let last = heard.iter().rposition(|heard| *heard).map_or(0, |last| (last + 1) * frame);
    let start = first.saturating_sub(milliseconds(pcm, LEAD_MS));
    let end = (last + milliseconds(pcm, TAIL_MS)).min(pcm.samples.len());
    Pcm::new(pcm.rate, pcm.samples[start..end].to_vec())
}

fn milliseconds(pcm: &Pcm, ms: usize) -> usize {
    pcm.rate as usize * ms / 1_000
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Half a second of a 500 Hz tone in two seconds of silence.
    fn spoken(amplitude: f64) -> Pcm {
        let mut pcm = Pcm::silence(22_050, Duration::from_secs(2));
        for n in 11_025..22_050 {
            let phase = std::f64::consts::TAU * 500.0 * n as f64 / 22_050.0;
            pcm.samples[n] = (amplitude * phase.sin()) as i16;
        }
        pcm
    }

    #[test]
    fn a_prompt_has_its_level_and_no_silence_around() {
        for amplitude in [300.0, 30_000.0] {
            let prompt = prompt(&spoken(amplitude), 16_000);
            assert!((prompt.duration().as_secs_f64() - 0.57).abs() < 0.02, "{:?}", prompt.duration());
            assert!((level::active_dbfs(&prompt.samples, 16_000) - LEVEL).abs() < 0.5);
            assert_eq!(fault(&prompt), None);
            assert_eq!(prompt.samples.first(), Some(&0));
            assert_eq!(prompt.samples.last(), Some(&0));
        }
    }

    #[test]
    fn peaks_are_never_clipped() {
        let mut peaked = spoken(300.0);
        peaked.samples[15_000] = 20_000;
        assert!(f64::from(level::peak(&prompt(&peaked, 22_050).samples)) <= MAX_PEAK);
    }

    #[test]
    fn what_is_too_loud_or_too_quiet_is_a_fault() {
        assert!(fault(&Pcm::new(16_000, vec![i16::MIN; 100])).unwrap().contains("clipping"));
        assert!(fault(&Pcm::new(16_000, vec![100; 1_600])).unwrap().contains("level"));
        assert!(fault(&Pcm::new(16_000, vec![])).is_some());
        assert!(prompt(&Pcm::new(16_000, vec![]), 16_000).samples.is_empty());
    }
}
