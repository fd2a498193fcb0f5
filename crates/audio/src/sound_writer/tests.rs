use std::io::Cursor;
use std::path::Path;

use super::*;
use crate::FileFormat;

const EXTENSIONS: [&str; 21] = [
    "wav", "wav16", "WAV", "wav49", "sln", "raw", "sln12", "sln16", "sln24", "sln32", "sln44", "sln48",
    "sln96", "sln192", "ulaw", "alaw", "al", "au", "g722", "gsm", "opus",
];

fn format(extension: &str) -> WrittenFormat {
    WrittenFormat::from_extension(extension).unwrap()
}

/// A tone of 400 Hz.
fn tone(rate: u32, samples: usize) -> Vec<i16> {
    let angle = std::f64::consts::TAU * 400.0 / f64::from(rate);
    (0..samples).map(|n| ((n as f64 * angle).sin() * 8_000.0) as i16).collect()
}

fn read(extension: &str, bytes: &[u8]) -> crate::Pcm {
    let heard = FileFormat::from_extension(extension).unwrap().decode(bytes).unwrap();
    // Opus is heard at 48 kHz, whatever it was made of.
    heard.resampled(format(extension).rate())
}

#[test]
fn what_is_written_can_be_read_in_every_format() {
    for extension in EXTENSIONS {
        let format = format(extension);
        let sound = tone(format.rate(), format.rate() as usize / 2);
        let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format, 1).unwrap();
        // Parts that fill no frame.
        sound.chunks(77).for_each(|part| writer.write(part).unwrap());
        let bytes = writer.finish().unwrap().into_inner();
        let heard = read(extension, &bytes);
        assert_eq!(heard.rate, format.rate(), "{extension}");
        assert!(heard.samples.len().abs_diff(sound.len()) < 320, "{extension}: {}", heard.samples.len());
        let loud = heard.samples.iter().filter(|sample| sample.unsigned_abs() > 5_000).count();
        assert!(loud * 10 > sound.len() * 4, "{extension}: {loud} of {}", sound.len());
    }
}

#[test]
fn a_file_goes_on_where_it_ended() {
    for extension in EXTENSIONS {
        let format = format(extension);
        let part = tone(format.rate(), format.rate() as usize / 5);
        let mut bytes = Vec::new();
        for _ in 0..3 {
            let mut writer = SoundWriter::append(Cursor::new(bytes), format, 1).unwrap();
            writer.write(&part).unwrap();
            bytes = writer.finish().unwrap().into_inner();
        }
        let heard = read(extension, &bytes);
        assert!(heard.samples.len().abs_diff(3 * part.len()) < 960, "{extension}: {}", heard.samples.len());
    }
}

#[test]
fn a_file_of_another_kind_is_left_alone() {
    let wide = SoundWriter::create(Cursor::new(Vec::new()), format("wav16"), 1).unwrap().finish().unwrap();
    assert!(SoundWriter::append(wide, format("wav"), 1).is_err());
    assert!(SoundWriter::append(Cursor::new(b"a letter".to_vec()), format("wav"), 1).is_err());
    let mut pcm = crate::Pcm::new(8_000, vec![1; 100]).to_wav(crate::wav::Encoding::Signed16).unwrap();
    pcm.extend(b"LIST\x04\0\0\0abcd");
    assert!(SoundWriter::append(Cursor::new(pcm), format("wav"), 1).is_err());
}

#[test]
fn the_file_is_whole_after_each_flush_whatever_follows() {
    for extension in ["wav", "WAV", "gsm", "sln"] {
        let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format(extension), 1).unwrap();
        for second in 1..4 {
            writer.write(&tone(8_000, 8_000)).unwrap();
            writer.flush().unwrap();
            writer.write(&[0; 50]).unwrap();
            let heard = read(extension, writer.inner.get_ref());
            assert!(
                heard.samples.len().abs_diff(second * 8_000) < 960,
                "{extension}: {}",
                heard.samples.len()
            );
        }
        // The process ends here: what was kept back is lost, and the file goes on nevertheless.
        let bytes = writer.inner.clone();
        let appended = SoundWriter::append(bytes, format(extension), 1).unwrap().finish().unwrap();
        assert!(read(extension, appended.get_ref()).samples.len() >= 23_000);
    }
}

#[test]
fn two_channels_stand_side_by_side() {
    let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format("wav"), 2).unwrap();
    writer.write(&[100, -300, 200, -400]).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let info = crate::wav::probe(bytes.as_slice()).unwrap();
    assert_eq!((info.channels, info.rate), (2, 8_000));
    assert_eq!(bytes.get(bytes.len() - 8..), Some(&[100, 0, 0xd4, 0xfe, 200, 0, 0x70, 0xfe][..]));
    let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format("raw"), 2).unwrap();
    writer.write(&[1, 2]).unwrap();
    assert_eq!(writer.finish().unwrap().into_inner(), [1, 0, 2, 0]);
    assert!(SoundWriter::create(Cursor::new(Vec::new()), format("gsm"), 2).is_err());
    assert!(SoundWriter::create(Cursor::new(Vec::new()), format("wav"), 3).is_err());
}

#[test]
fn formats_are_named_by_extensions() {
    assert_eq!(WrittenFormat::of(Path::new("/a/b.WAV")), Some(WrittenFormat::Wav49));
    assert_eq!(WrittenFormat::of(Path::new("/a/b.mp3")), None);
    assert_eq!(WrittenFormat::of(Path::new("/a.wav/b")), None);
}

#[test]
fn the_end_of_a_file_can_be_left_out() {
    for extension in EXTENSIONS {
        let format = format(extension);
        let rate = format.rate() as usize;
        let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format, 1).unwrap();
        writer.write(&tone(format.rate(), rate)).unwrap();
        let (file, length) = writer.finish_without(rate as u64 / 2).unwrap();
        let mut bytes = file.into_inner();
        bytes.truncate(length as usize);
        let heard = read(extension, &bytes).samples.len();
        assert!(heard.abs_diff(rate / 2) < 700, "{extension}: {heard}");
        let all = SoundWriter::create(Cursor::new(Vec::new()), format, 1).unwrap();
        let (file, length) = all.finish_without(9_000).unwrap();
        assert_eq!(file.get_ref().len() as u64, length, "{extension}: no more than there is");
    }
}

#[test]
fn a_file_of_opus_is_whole_after_each_flush_and_can_go_on() {
    let sound = tone(16_000, 16_000);
    let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format("opus"), 1).unwrap();
    for second in 1..4 {
        sound.chunks(333).for_each(|part| writer.write(part).unwrap());
        writer.flush().unwrap();
        writer.write(&sound[..5_000]).unwrap();
        let heard = read("opus", writer.inner.get_ref()).samples.len();
        let flushed = second * 16_000 + (second - 1) * 5_000;
        // What is in no frame yet, and on its way through the encoder.
        assert!((flushed - 500..=flushed).contains(&heard), "{heard} of {flushed}");
    }
    // The process ends here, in the midst of a page.
    let mut bytes = writer.inner.clone();
    bytes.get_mut().extend(b"OggS\0and no more");
    let mut writer = SoundWriter::append(bytes, format("opus"), 1).unwrap();
    writer.write(&sound).unwrap();
    let bytes = writer.finish().unwrap();
    assert!(read("opus", bytes.get_ref()).samples.len().abs_diff(74_000) < 1_000);
    assert!(SoundWriter::append(bytes, format("opus"), 2).is_err(), "it has one channel");
    assert!(SoundWriter::append(Cursor::new(b"a letter".to_vec()), format("opus"), 1).is_err());
}

#[test]
fn a_file_of_opus_ends_where_its_sound_does() {
    for samples in [1, 319, 320, 321, 16_000, 16_123] {
        let mut writer = SoundWriter::create(Cursor::new(Vec::new()), format("opus"), 2).unwrap();
        writer.write(&tone(16_000, 2 * samples)).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let heard = FileFormat::from_extension("opus").unwrap().decode(&bytes).unwrap();
        assert_eq!((heard.rate, heard.samples.len()), (48_000, 3 * samples));
    }
}
