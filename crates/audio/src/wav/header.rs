use super::tag;
use crate::error::AudioError;
use crate::resample::RATES;

/// How a WAV file stores a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Linear, unsigned, 8 bit.
    Unsigned8,
    /// Linear, signed, 16 bit.
    Signed16,
    /// Linear, signed, 24 bit.
    Signed24,
    /// Linear, signed, 32 bit.
    Signed32,
    /// IEEE 754, 32 bit, full scale at 1.
    Float32,
    /// IEEE 754, 64 bit, full scale at 1.
    Float64,
    /// ITU-T G.711 mu-law, 8 bit.
    Ulaw,
    /// ITU-T G.711 A-law, 8 bit.
    Alaw,
    /// GSM full rate, two frames in 65 octets ("WAV49"). Mono, 8 kHz. Read only.
    Gsm,
}

impl Encoding {
    /// Octets of what can be decoded by itself: of one sample, for GSM of [`samples`](Encoding::samples).
    pub fn octets(self) -> usize {
        match self {
            Encoding::Unsigned8 | Encoding::Ulaw | Encoding::Alaw => 1,
            Encoding::Signed16 => 2,
            Encoding::Signed24 => 3,
            Encoding::Signed32 | Encoding::Float32 => 4,
            Encoding::Float64 => 8,
            Encoding::Gsm => gsm::WAV49_OCTETS,
        }
    }

    /// Samples that stand in [`octets`](Encoding::octets): one but for GSM.
    pub fn samples(self) -> usize {
        match self {
            Encoding::Gsm => gsm::WAV49_SAMPLES,
            _ => 1,
        }
    }
}

/// What the header of a WAV file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WavInfo {
    /// Samples a second and channel.
    pub rate: u32,
    /// Channels, side by side in the file.
    pub channels: u16,
    /// How a sample is stored.
    pub encoding: Encoding,
}

/// The last fourteen octets of a sub-format GUID that stands for a format tag (RFC 2361 §4).
const GUID_TAIL: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/// Reads the body of a `fmt ` chunk.
pub(super) fn parse(fmt: &[u8]) -> Result<WavInfo, AudioError> {
    let Some(([tag, channels, rate_low, rate_high, _, _, block, bits], _)) = words(fmt) else {
        return Err(AudioError::Malformed("its `fmt ` chunk is shorter than 16 octets"));
    };
    let rate = u32::from(rate_low) | u32::from(rate_high) << 16;
    if !RATES.contains(&rate) {
        return Err(AudioError::UnsupportedRate(rate));
    }
    if !(1..=8).contains(&channels) {
        return Err(AudioError::UnsupportedChannels(channels));
    }
    let tag = if tag == tag::EXTENSIBLE { sub_format(fmt)? } else { tag };
    if tag == tag::GSM {
        let mono = (channels == 1).then_some(WavInfo { rate, channels, encoding: Encoding::Gsm });
        return mono.ok_or(AudioError::UnsupportedChannels(channels));
    }
    let unsupported = || AudioError::UnsupportedEncoding { tag, bits };
    let encoding = encoding(tag, bits, container(block, channels, bits)).ok_or_else(unsupported)?;
    Ok(WavInfo { rate, channels, encoding })
}

/// The first eight little-endian words.
fn words(fmt: &[u8]) -> Option<([u16; 8], &[u8])> {
    let (head, rest) = fmt.split_first_chunk::<16>()?;
    let mut words = [0; 8];
    for (word, octets) in words.iter_mut().zip(head.as_chunks::<2>().0) {
        *word = u16::from_le_bytes(*octets);
    }
    Some((words, rest))
}

/// The format tag inside a `WAVE_FORMAT_EXTENSIBLE`: extra size, valid bits, channel mask, then the GUID.
fn sub_format(fmt: &[u8]) -> Result<u16, AudioError> {
    match fmt.get(24..40) {
        Some([low, high, tail @ ..]) if *tail == GUID_TAIL => Ok(u16::from_le_bytes([*low, *high])),
        Some(_) => Err(AudioError::UnsupportedEncoding { tag: tag::EXTENSIBLE, bits: 0 }),
        None => Err(AudioError::Malformed("its extensible `fmt ` chunk is shorter than 40 octets")),
    }
}

/// Octets that a sample takes in the file. 20 or 24 bits may sit in three octets or in four, at the top.
fn container(block: u16, channels: u16, bits: u16) -> u16 {
    let needed = bits.div_ceil(8);
    let given = block / channels;
    if block.is_multiple_of(channels) && (needed..=8).contains(&given) { given } else { needed }
}

fn encoding(tag: u16, bits: u16, octets: u16) -> Option<Encoding> {
    match (tag, bits, octets) {
        (tag::PCM, 1..=8, 1) => Some(Encoding::Unsigned8),
        (tag::PCM, 9..=16, 2) => Some(Encoding::Signed16),
        (tag::PCM, 9..=24, 3) => Some(Encoding::Signed24),
        (tag::PCM, 9..=32, 4) => Some(Encoding::Signed32),
        (tag::FLOAT, 32, 4) => Some(Encoding::Float32),
        (tag::FLOAT, 64, 8) => Some(Encoding::Float64),
        (tag::ULAW, 8, 1) => Some(Encoding::Ulaw),
        (tag::ALAW, 8, 1) => Some(Encoding::Alaw),
        _ => None,
    }
}
