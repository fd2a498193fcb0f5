//! Music of all formats is read as what it is.

use std::io::{Cursor, Read};

use audio::{FileFormat, MusicReader, Pcm};
use proptest::prelude::*;

const FILES: [(&str, &[u8]); 4] = [
    ("mp3", include_bytes!("data/tone.mp3")),
    ("flac", include_bytes!("data/tone.flac")),
    ("ogg", include_bytes!("data/tone.ogg")),
    ("opus", include_bytes!("data/tone.opus")),
];

/// The middle of a sound is 440 Hz, and nothing else to speak of.
fn assert_tone(name: &str, pcm: &Pcm) {
    let seconds = pcm.duration().as_secs_f64();
    assert!((1.35..1.7).contains(&seconds), "{name}: {seconds} s");
    let rate = pcm.rate as usize;
    let middle = &pcm.samples[rate / 2..rate];
    let tone = audio::goertzel::amplitude(middle, pcm.rate, 440.0);
    let other = audio::goertzel::amplitude(middle, pcm.rate, 1_000.0);
    assert!(tone > 2_000.0 && other < tone / 20.0, "{name}: {tone} at 440 Hz, {other} at 1000 Hz");
}

#[test]
fn each_format_is_read_at_its_own_rate_and_at_another() {
    for (extension, bytes) in FILES {
        let format = FileFormat::from_extension(extension).unwrap();
        let pcm = format.decode(bytes).unwrap();
        assert_eq!(pcm.rate, if extension == "opus" { 48_000 } else { 16_000 }, "{extension}");
        assert_tone(extension, &pcm);
        let narrow = format.read_at(Cursor::new(bytes), 8_000).unwrap();
        assert_eq!(narrow.rate, 8_000);
        assert_tone(extension, &narrow);
    }
}

#[test]
fn the_name_does_not_matter_what_is_inside_does() {
    for (name, bytes) in FILES {
        assert_tone(name, &FileFormat::Music.decode(bytes).unwrap());
    }
    let error = FileFormat::Music.decode(b"not a sound at all, but a text of some length").unwrap_err();
    assert!(error.to_string().starts_with("not readable as MP3, FLAC or Ogg"), "{error}");
}

/// Gives one octet at a time, as a slow server does.
struct Slowly(Cursor<&'static [u8]>);

impl Read for Slowly {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let one = out.len().min(1);
        self.0.read(&mut out[..one])
    }
}

#[test]
fn a_stream_is_read_as_it_comes_and_one_that_breaks_off_ends() {
    for (name, bytes) in FILES {
        let half = &bytes[..bytes.len() * 2 / 3];
        // A page of Ogg is whole or nothing, and these files have few.
        let is_paged = name == "ogg" || name == "opus";
        let mut reader = match MusicReader::new(Slowly(Cursor::new(half))) {
            Err(_) if is_paged => continue,
            reader => reader.unwrap(),
        };
        let mut heard = 0.0;
        while let Ok(Some((samples, rate))) = reader.next_samples() {
            heard += samples.len() as f64 / f64::from(rate);
        }
        assert!(heard < 1.4, "{name}: {heard} s of two thirds");
        assert!(heard > 0.5 || is_paged, "{name}: {heard} s of two thirds");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Damage neither panics nor makes more sound than there is room for.
    #[test]
    fn damaged_music_is_passed_over_or_refused(
        which in 0..FILES.len(),
        damage in prop::collection::vec((0_usize..8_192, any::<u8>()), 1..20),
        length in 0_usize..8_192,
    ) {
        let mut bytes = FILES[which].1.to_vec();
        for (at, octet) in damage {
            let at = at % bytes.len();
            bytes[at] = octet;
        }
        bytes.truncate(length.max(1));
        if let Ok(pcm) = FileFormat::Music.decode(&bytes) {
            prop_assert!(pcm.samples.len() < 2_000 * bytes.len());
        }
    }
}
