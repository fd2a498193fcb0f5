//! Speech and music are no digits.
//!
//! As a test it listens to our own prompts for a minute. For the long run:
//!
//! ```text
//! TALK_OFF_MINUTES=60 TALK_OFF_SOUNDS=/usr/share/asterisk JUDGE=1 \
//!     cargo test --release -p audio --test talk_off -- --nocapture
//! ```
//!
//! `TALK_OFF_SOUNDS` names folders with more WAV files, with `:` between (Debian has `asterisk-core-sounds-en-wav`,
//! `asterisk-core-sounds-fr-wav` and `asterisk-moh-opsound-wav`). Prompts that hold keys are left out. With
//! `JUDGE` libspandsp hears the same, through `judge/spandsp.py`.

mod signals;

use std::path::{Path, PathBuf};

use audio::dtmf::{Detector, DigitEvent, Limits};
use audio::{Pcm, resample, wav};
use signals::Random;
use signals::judge::{self, Judge};

/// The sounds that are listened to, at 8 kHz.
struct Material {
    sounds: Vec<Vec<i16>>,
    folders: Vec<PathBuf>,
}

impl Material {
    fn gather() -> Material {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sounds");
        let more = std::env::var_os("TALK_OFF_SOUNDS").unwrap_or_default();
        let folders: Vec<PathBuf> = std::iter::once(ours)
            .chain(std::env::split_paths(&more).filter(|path| !path.as_os_str().is_empty()))
            .collect();
        let mut files = Vec::new();
        folders.iter().for_each(|folder| find(folder, &mut files));
        files.sort();
        let sounds: Vec<Vec<i16>> = files.iter().filter_map(|file| load(file)).collect();
        assert!(!sounds.is_empty(), "no sounds in {folders:?}");
        Material { sounds, folders }
    }

    /// Some seconds: a sound at another speed and level, often over another one, often through G.711.
    fn piece(&self, random: &mut Random) -> Vec<i16> {
        let mut piece = self.varied(random);
        if random.unit() < 0.4 {
            let other = self.varied(random);
            piece.resize(piece.len().max(other.len()), 0);
            audio::mix::add(&mut piece, &other);
        }
        if random.unit() < 0.5 {
            piece.iter_mut().for_each(|sample| {
                let mut octet = [0];
                g711::alaw::encode(&[*sample], &mut octet);
                *sample = g711::alaw::decode_sample(octet[0]);
            });
        }
        piece
    }

    fn varied(&self, random: &mut Random) -> Vec<i16> {
        let sound = random.pick(&self.sounds);
        // At most twenty seconds of it, so that music does not crowd out speech.
        let length = sound.len().min(160_000);
        let start = (random.unit() * (sound.len() - length) as f64) as usize;
        let part = sound[start..start + length].to_vec();
        let from = (8_000.0 * random.between(0.75, 1.35)) as u32 / 50 * 50;
        let mut piece = resample(&Pcm::new(from, part), 8_000).samples;
        let gain = 10_f64.powf(random.between(-24.0, 9.0) / 20.0);
        piece.iter_mut().for_each(|sample| *sample = (f64::from(*sample) * gain) as i16);
        piece
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "wav") {
            files.push(path);
        }
    }
}

fn load(file: &Path) -> Option<Vec<i16>> {
    let pcm = wav::read(&std::fs::read(file).ok()?).ok()?;
    let samples = if pcm.rate == 8_000 { pcm.samples } else { resample(&pcm, 8_000).samples };
    (samples.len() > 800 && samples.iter().any(|&sample| sample != 0)).then_some(samples)
}

#[test]
fn speech_and_music_are_no_digits() {
    let minutes: f64 =
        std::env::var("TALK_OFF_MINUTES").ok().map_or(1.0, |text| text.parse().expect("a number of minutes"));
    let seed = std::env::var("TALK_OFF_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let material = Material::gather();
    let mut random = Random::new(seed);
    let mut detector = Detector::new(8_000, Limits::default()).unwrap();
    let mut judge = Judge::start();
    let (mut heard, mut found) = (0, Vec::new());
    while (heard as f64) < minutes * 60.0 * 8_000.0 {
        let piece = material.piece(&mut random);
        heard += piece.len();
        piece.chunks(160).for_each(|frame| detector.push(frame, |event| found.push(event)));
        if let Some(judge) = &mut judge {
            judge.hear(&piece);
        }
    }
    let false_digits = found.iter().filter(|event| matches!(event, DigitEvent::Began { .. })).count();
    println!(
        "{:.1} minutes of {} sounds from {:?}: {false_digits} false digits; libspandsp: {}",
        heard as f64 / 480_000.0,
        material.sounds.len(),
        material.folders,
        judge::verdict(judge),
    );
    assert_eq!(false_digits, 0, "{found:?}");
}
