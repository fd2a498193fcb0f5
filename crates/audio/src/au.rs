//! Sun/NeXT sound files: a head of six words, high octets first, and the samples behind it.
//!
//! Read: linear of 8, 16, 24 and 32 bit, IEEE float of 32 and 64 bit, mu-law and A-law; up to eight channels, mixed down to one.
//! Written by [`SoundWriter`](crate::SoundWriter): mu-law of 8 kHz, as Asterisk does.

use std::io::Read;

use crate::error::AudioError;
use crate::pcm::Pcm;
use crate::resample::RATES;
use crate::wav::{mono, rounded, unit};

/// What a file begins with.
const MAGIC: [u8; 4] = *b".snd";

/// Octets of the six words; what is between them and the samples is a remark.
const HEAD: usize = 24;

/// A size of the sound that nobody knows: it ends where the file ends.
const UNKNOWN: u32 = u32::MAX;

/// Numbers of encodings.
const ULAW: u32 = 1;
const LINEAR_8: u32 = 2;
const LINEAR_16: u32 = 3;
const LINEAR_24: u32 = 4;
const LINEAR_32: u32 = 5;
const FLOAT: u32 = 6;
const DOUBLE: u32 = 7;
const ALAW: u32 = 27;

/// What the head of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AuHead {
    /// Where the sound begins.
    offset: u32,
    /// Octets of it.
    size: u32,
    encoding: u32,
    rate: u32,
    channels: u16,
}

/// Reads a file from memory. A size of the sound that is not known, or goes beyond the end, means "to the end of the file"; an
/// unfinished sample at the end is left out. Channels are averaged.
///
/// # Errors
/// [`AudioError::MalformedAu`], [`AudioError::UnsupportedEncodingOfAu`], and what [`AudioError`] says of rates and channels.
pub fn read(bytes: &[u8]) -> Result<Pcm, AudioError> {
    let head = AuHead::parse(bytes)?;
    let sound = bytes.get(head.offset as usize..).unwrap_or_default();
    let sound = match head.size {
        UNKNOWN => sound,
        size => sound.get(..size as usize).unwrap_or(sound),
    };
    let channels = head.channels;
    let samples = match head.encoding {
        ULAW => mono(channels, sound, |[octet]: [u8; 1]| g711::ulaw::decode_sample(octet)),
        ALAW => mono(channels, sound, |[octet]: [u8; 1]| g711::alaw::decode_sample(octet)),
        LINEAR_8 => mono(channels, sound, |[octet]: [u8; 1]| i16::from(octet as i8) << 8),
        LINEAR_16 => mono(channels, sound, i16::from_be_bytes),
        LINEAR_24 => mono(channels, sound, |[high, middle, low]: [u8; 3]| {
            rounded(i32::from_be_bytes([high, middle, low, 0]))
        }),
        LINEAR_32 => mono(channels, sound, |octets| rounded(i32::from_be_bytes(octets))),
        FLOAT => mono(channels, sound, |octets| unit(f32::from_be_bytes(octets).into())),
        DOUBLE => mono(channels, sound, |octets| unit(f64::from_be_bytes(octets))),
        other => return Err(AudioError::UnsupportedEncodingOfAu(other)),
    };
    Ok(Pcm { rate: head.rate, samples })
}

/// Samples a second, by the head alone.
///
/// # Errors
/// As [`read`].
pub fn rate(reader: impl Read) -> Result<u32, AudioError> {
    let mut head = Vec::new();
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    AuHead::parse(&head).map(|head| head.rate)
}

/// The head of a file of mu-law at 8 kHz whose end is not known yet.
pub(crate) fn ulaw_head() -> [u8; HEAD] {
    let words = [u32::from_be_bytes(MAGIC), HEAD as u32, UNKNOWN, ULAW, 8_000, 1];
    let mut head = [0; HEAD];
    for (place, word) in head.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *place = word.to_be_bytes();
    }
    head
}

/// Whether a file begins with a head behind which mu-law at 8 kHz can be written.
pub(crate) fn takes_ulaw(bytes: &[u8]) -> bool {
    let goes_on = |head: AuHead| {
        (head.offset as usize, head.size, head.encoding, head.rate, head.channels)
            == (HEAD, UNKNOWN, ULAW, 8_000, 1)
    };
    AuHead::parse(bytes).is_ok_and(goes_on)
}

impl AuHead {
    fn parse(bytes: &[u8]) -> Result<Self, AudioError> {
        let head = bytes.first_chunk::<HEAD>().filter(|head| head.starts_with(&MAGIC));
        let head = head.ok_or(AudioError::MalformedAu("it does not begin with `.snd` and five numbers"))?;
        let mut words = [0; HEAD / 4];
        for (word, octets) in words.iter_mut().zip(head.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*octets);
        }
        let [_, offset, size, encoding, rate, channels] = words;
        if (offset as usize) < HEAD {
            return Err(AudioError::MalformedAu("its sound begins within its head"));
        }
        if !RATES.contains(&rate) {
            return Err(AudioError::UnsupportedRate(rate));
        }
        let channels = u16::try_from(channels).unwrap_or(u16::MAX);
        if !(1..=8).contains(&channels) {
            return Err(AudioError::UnsupportedChannels(channels));
        }
        Ok(Self { offset, size, encoding, rate, channels })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with these words behind `.snd`.
    fn file(words: [u32; 5], sound: &[u8]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        words.iter().for_each(|word| file.extend(word.to_be_bytes()));
        file.extend(sound);
        file
    }

    fn decoded(encoding: u32, sound: &[u8]) -> Vec<i16> {
        read(&file([24, UNKNOWN, encoding, 8_000, 1], sound)).unwrap().samples
    }

    #[test]
    fn every_encoding_comes_out_linear() {
        assert_eq!(decoded(ULAW, &[0xff, 0x80]), [0, 32_124]);
        assert_eq!(decoded(ALAW, &[0xd5, 0x55]), [8, -8]);
        assert_eq!(decoded(LINEAR_8, &[0, 0x80, 0x7f]), [0, -32_768, 32_512]);
        assert_eq!(decoded(LINEAR_16, &[0x12, 0x34, 0xff, 0xff, 7]), [0x1234, -1]);
        assert_eq!(decoded(LINEAR_24, &[0x12, 0x34, 0x80]), [0x1235]);
        assert_eq!(decoded(LINEAR_32, &[0x12, 0x34, 0, 0]), [0x1234]);
        let floats: Vec<u8> = [0.5_f32, 2.0, f32::NAN].iter().flat_map(|f| f.to_be_bytes()).collect();
        assert_eq!(decoded(FLOAT, &floats), [16_384, 32_767, 0]);
        assert_eq!(decoded(DOUBLE, &(-0.25_f64).to_be_bytes()), [-8_192]);
    }

    #[test]
    fn remarks_are_passed_over_and_sizes_bound_the_sound() {
        let remark = file([32, 2, ULAW, 8_000, 1], b"a remark\xff\xff\x80\x80");
        assert_eq!(read(&remark).unwrap().samples, [0, 0]);
        let longer = file([24, 1_000, LINEAR_16, 16_000, 2], &[0, 2, 0, 4, 9]);
        assert_eq!(read(&longer).unwrap(), Pcm::new(16_000, vec![3]));
        let nothing = file([4_000_000_000, 1, ULAW, 8_000, 1], &[]);
        assert_eq!(read(&nothing).unwrap().samples, []);
    }

    #[test]
    fn heads_that_make_no_sense_are_refused() {
        let refused = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
        assert!(refused(b"").contains(".snd"));
        assert!(refused(b"RIFF....................").contains(".snd"));
        assert!(refused(&file([23, 0, ULAW, 8_000, 1], &[])).contains("within its head"));
        assert!(refused(&file([24, 0, ULAW, 7, 1], &[])).contains("7 Hz"));
        assert!(refused(&file([24, 0, ULAW, 8_000, 0], &[])).contains("0 channels"));
        assert!(refused(&file([24, 0, 23, 8_000, 1], &[])).contains("23"));
        assert_eq!(rate(&file([24, 0, 23, 16_000, 1], &[])[..]).unwrap(), 16_000);
    }
}
