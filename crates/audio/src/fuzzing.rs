//! What the fuzz targets run; here so that it always compiles.

use std::io::Cursor;
use std::time::Duration;

use crate::au;
use crate::dtmf::{Detector, DigitEvent, Limits, Mute};
use crate::music::MusicReader;
use crate::pcm::Pcm;
use crate::pitch::PitchShifter;
use crate::progress::{InformationToneDetector, ToneDetector, ToneSettings};
use crate::scramble::Scrambler;
use crate::squelch::Squelch;
use crate::wav::{self, Encoding};

/// The WAV reader takes any octets without a panic, gives no more samples than the encoding has of so many octets, and what it
/// gives can be written and read again.
///
/// # Panics
/// When one of these does not hold.
pub fn wav_reader(data: &[u8]) {
    let probed = wav::probe(data);
    let Ok(pcm) = wav::read(data) else { return };
    // GSM has the most of them: 320 in 65.
    assert!(pcm.samples.len() <= 5 * data.len());
    if let Ok(info) = probed {
        assert!(pcm.samples.len() / info.encoding.samples() * info.encoding.octets() <= data.len());
    }
    let written = pcm.to_wav(Encoding::Signed16).map(|bytes| wav::read(&bytes));
    assert!(matches!(written, Ok(Ok(again)) if again == Pcm::new(pcm.rate, pcm.samples)));
}

/// The reader of Sun/NeXT files takes any octets without a panic, gives no more samples than there are octets, and the same ones
/// after it was told the end.
///
/// # Panics
/// When one of these does not hold.
pub fn au_reader(data: &[u8]) {
    let rate = au::rate(data);
    let Ok(pcm) = au::read(data) else { return };
    assert!(pcm.samples.len() <= data.len());
    assert!(rate.is_ok_and(|rate| rate == pcm.rate));
    let mut endless = data.to_vec();
    endless[8..12].fill(0xFF);
    let longer = au::read(&endless);
    assert!(longer.is_ok_and(|longer| longer.samples.starts_with(&pcm.samples)));
}

/// The readers of MP3, FLAC and Ogg take any octets, end, and give sound of rates that there are.
///
/// # Panics
/// When one of these does not hold.
pub fn music_reader(data: &[u8]) {
    let Ok(mut reader) = MusicReader::new(Cursor::new(data.to_vec())) else { return };
    let mut total = 0_usize;
    while let Ok(Some((samples, rate))) = reader.next_samples() {
        assert!((1_000..=384_000).contains(&rate));
        total += samples.len();
        // Silence takes next to no room; a minute and a half of it is enough.
        if total > 1 << 22 {
            return;
        }
    }
}

/// The detector and the mute of digits take any samples at any rate in frames of any length without a panic: digits
/// begin and end in turns, in order, and both find the same.
///
/// # Panics
/// When one of these does not hold.
pub fn digits(samples: &[i16], rate: u32, frame: usize, delay_ms: u64) {
    let limits = Limits::relaxed();
    let (Ok(mut detector), Ok(mut mute)) =
        (Detector::new(rate, limits), Mute::new(rate, limits, Duration::from_millis(delay_ms)))
    else {
        return;
    };
    let (mut found, mut muted, mut sounding) = (Vec::new(), Vec::new(), None);
    for frame in samples.chunks(frame.max(1)) {
        detector.push(frame, |event| found.push(event));
        mute.process(&mut frame.to_vec(), |event| muted.push(event));
    }
    assert_eq!(found, muted);
    for event in found {
        sounding = match event {
            DigitEvent::Began { digit, at } => {
                assert!(sounding.is_none() && at <= samples.len() as u64);
                Some((digit, at))
            }
            DigitEvent::Ended { digit, at, duration } => {
                assert!(sounding == Some((digit, at)) && at + duration <= samples.len() as u64);
                None
            }
        };
    }
}

/// Effects and detectors of tones take any samples at any rate in frames of any length: no panic, no tone more often than it
/// could have sounded, and a scrambler of the narrow band that undoes another.
///
/// # Panics
/// When one of these does not hold.
pub fn sound_effects(samples: &[i16], (rate, factor, frequency): (u32, f32, u16), frame: usize) {
    let settings = ToneSettings { duration: Duration::ZERO, ..ToneSettings::new(frequency) };
    let mut shifter = PitchShifter::new(rate, factor);
    let (mut one, mut other) = (Scrambler::new(rate), Scrambler::new(rate));
    let detectors = (ToneDetector::new(rate, settings), Squelch::new(rate, settings));
    let (Ok(mut detector), Ok(mut squelch)) = detectors else { return };
    let Ok(mut information) = InformationToneDetector::new(rate) else { return };
    let mut times = 0;
    for frame in samples.chunks(frame.max(1)) {
        times += detector.push(frame) as usize;
        information.push(frame);
        let mut sound = frame.to_vec();
        one.process(&mut sound);
        other.process(&mut sound);
        // The lowest number has no opposite.
        let same = sound.iter().zip(frame).all(|(now, before)| now == before || *before == i16::MIN);
        assert!(same || rate != 8_000);
        squelch.process(&mut sound);
        shifter.process(&mut sound);
    }
    assert!(times <= 1 + samples.len() / 100);
}
