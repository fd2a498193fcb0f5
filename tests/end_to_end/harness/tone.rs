//! Test tones: making them, and finding them in what a phone heard.

use std::path::PathBuf;
use std::time::Duration;

use audio::Pcm;
use audio::wav::{Encoding, Writer};

use super::{Outcome, Scene};

/// Rate of all telephone audio here.
pub(crate) const RATE: u32 = 8_000;
/// Longer than any call of the tests: phones must not run out of their tone.
const LENGTH: Duration = Duration::from_secs(40);
/// Half of full scale; measures about 11 600 RMS after G.711.
const AMPLITUDE: f64 = 16_384.0;
/// Quieter than this is silence.
const AUDIBLE_RMS: f64 = 1_000.0;
/// Share of the energy that a pure tone has at its frequency, less what G.711 and lost packets take.
const PURE: f64 = 0.8;
/// Samples that are judged together: 100 ms.
const WINDOW: usize = 800;

/// `length` of a sine.
pub(crate) fn sine(frequency: u32, length: Duration) -> Vec<i16> {
    let samples = u32::try_from(length.as_millis()).unwrap_or_default() * (RATE / 1_000);
    let step = std::f64::consts::TAU * f64::from(frequency) / f64::from(RATE);
    (0..samples).map(|n| (AMPLITUDE * (step * f64::from(n)).sin()) as i16).collect()
}

/// A WAV file that lasts longer than the test.
pub(crate) fn endless(scene: &Scene, frequency: u32) -> Outcome<PathBuf> {
    file(scene, frequency, LENGTH)
}

/// A WAV file of this length.
pub(crate) fn file(scene: &Scene, frequency: u32, length: Duration) -> Outcome<PathBuf> {
    let path = scene.folder().join(format!("tone-{frequency}-{}ms.wav", length.as_millis()));
    if !path.exists() {
        let mut wav = Writer::new(std::fs::File::create(&path)?, RATE, Encoding::Signed16)?;
        wav.write(&sine(frequency, length))?;
        wav.finish()?;
    }
    Ok(path)
}

/// A WAV file with a pause and then these keys as tones (ITU-T Q.23), again and again for longer than the test.
pub(crate) fn keys(scene: &Scene, keys: &str) -> Outcome<PathBuf> {
    let path = scene.folder().join("keys.wav");
    let tenth = Duration::from_millis(100);
    let tone = audio::dtmf::sequence(keys, tenth, tenth).ok_or("no keys")?;
    let mut wav = Writer::new(std::fs::File::create(&path)?, RATE, Encoding::Signed16)?;
    for _ in 0..10 {
        wav.write(&vec![0; 2 * RATE as usize])?;
        let mut sound = vec![0; RATE as usize / 5 * keys.len()];
        audio::ToneGenerator::new(tone.clone(), RATE).fill(&mut sound);
        wav.write(&sound)?;
    }
    wav.finish()?;
    Ok(path)
}

/// A WAV file of somebody who says something for so long and then nothing.
pub(crate) fn greeting(scene: &Scene, length: Duration) -> Outcome<PathBuf> {
    let path = scene.folder().join(format!("greeting-{}ms.wav", length.as_millis()));
    let mut wav = Writer::new(std::fs::File::create(&path)?, RATE, Encoding::Signed16)?;
    // Silence first, for a phone does not send the beginning of its file as soon as it is heard.
    wav.write(&vec![0; RATE as usize / 2])?;
    wav.write(&sine(440, length))?;
    wav.write(&vec![0; 30 * RATE as usize])?;
    wav.finish()?;
    Ok(path)
}

/// Whether these samples are that tone and little else.
pub(crate) fn is_tone(samples: &[i16], frequency: u32) -> bool {
    let rms = audio::level::rms(samples);
    let amplitude = audio::goertzel::amplitude(samples, RATE, f64::from(frequency));
    rms > AUDIBLE_RMS && amplitude * amplitude / 2.0 > PURE * rms * rms
}

/// Tenths of a second in which that tone was heard.
pub(crate) fn tenths_of(samples: &[i16], frequency: u32) -> usize {
    samples.chunks_exact(WINDOW).filter(|window| is_tone(window, frequency)).count()
}

/// Tenths of a second in which anything was heard.
pub(crate) fn audible_tenths(samples: &[i16]) -> usize {
    samples.chunks_exact(WINDOW).filter(|window| audio::level::rms(window) > AUDIBLE_RMS).count()
}

/// Whether the newest three tenths of a second are that tone.
pub(crate) fn ends_with_tone(samples: &[i16], frequency: u32) -> bool {
    let newest = samples.len().saturating_sub(3 * WINDOW);
    samples.len() >= 3 * WINDOW && samples[newest..].chunks_exact(WINDOW).all(|w| is_tone(w, frequency))
}

/// Whether each of the newest three tenths of a second has all of these tones, none of which is far weaker than it was sent, and
/// nothing of that other one.
pub(crate) fn ends_with_mix(samples: &[i16], tones: &[u32], without: u32) -> bool {
    let newest = samples.len().saturating_sub(3 * WINDOW);
    let amplitude = |window: &[i16], tone: u32| audio::goertzel::amplitude(window, RATE, f64::from(tone));
    let is_mix = |window: &[i16]| {
        tones.iter().all(|tone| amplitude(window, *tone) > AMPLITUDE / 2.0)
            && amplitude(window, without) < AMPLITUDE / 20.0
    };
    samples.len() >= 3 * WINDOW && samples[newest..].chunks_exact(WINDOW).all(is_mix)
}

/// What a person would want to know of a recording: its length, and each test tone's share.
pub(crate) fn describe(recording: &Pcm) -> String {
    let tenths = recording.samples.len() / WINDOW;
    let mut text = format!("{tenths} tenths of a second, {} audible", audible_tenths(&recording.samples));
    for frequency in [440, 600, 850, 1_000, 1_400] {
        let heard = tenths_of(&recording.samples, frequency);
        if heard > 0 {
            text.push_str(&format!(", {heard} of {frequency} Hz"));
        }
    }
    text
}
