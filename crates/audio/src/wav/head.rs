//! What stands before the sound of a WAV file that is written: made anew, or found in a file that goes on.

use super::{Encoding, WavInfo, header, tag};
use crate::error::AudioError;
use crate::resample::RATES;

/// How much of a file is looked at for the chunk of its sound.
pub(crate) const LOOKED_AT: usize = 4_096;

/// Octets of RIFF with its form, and of the head of a chunk.
const RIFF: usize = 12;
const CHUNK: usize = 8;

/// RIFF, `fmt `, `fact`, and the head of `data`, with the places of what tells sizes.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    octets: Vec<u8>,
    /// Where the number of samples stands.
    fact: Option<usize>,
    info: WavInfo,
}

impl Head {
    /// For a new file.
    pub(crate) fn new(info: WavInfo) -> Result<Head, AudioError> {
        if !RATES.contains(&info.rate) {
            return Err(AudioError::UnsupportedRate(info.rate));
        }
        let (tag, block, bits) = stored(info)?;
        let mut octets = Vec::with_capacity(64);
        let chunk = |octets: &mut Vec<u8>, id: &[u8; 4], size: u32| {
            octets.extend(id);
            octets.extend(size.to_le_bytes());
        };
        chunk(&mut octets, b"RIFF", 0);
        octets.extend(b"WAVE");
        let extra = if info.encoding == Encoding::Gsm { 2 } else { 0 };
        chunk(&mut octets, b"fmt ", 18 + extra);
        octets.extend([tag.to_le_bytes(), info.channels.to_le_bytes()].concat());
        let a_second = u64::from(info.rate) * u64::from(block) / info.encoding.samples() as u64;
        octets.extend([info.rate.to_le_bytes(), (a_second as u32).to_le_bytes()].concat());
        for word in [block, bits, extra as u16] {
            octets.extend(word.to_le_bytes());
        }
        if info.encoding == Encoding::Gsm {
            octets.extend((gsm::WAV49_SAMPLES as u16).to_le_bytes());
        }
        chunk(&mut octets, b"fact", 4);
        let fact = octets.len();
        octets.extend([0; 4]);
        chunk(&mut octets, b"data", 0);
        Ok(Head { octets, fact: Some(fact), info })
    }

    /// Of a file that begins with `bytes`, and the size of its sound as it states it. `None` for one that is no WAV file, or
    /// whose sound does not begin within [`LOOKED_AT`] octets.
    pub(crate) fn of(bytes: &[u8]) -> Option<(Head, u32)> {
        if bytes.get(..4)? != b"RIFF" || bytes.get(8..RIFF)? != b"WAVE" {
            return None;
        }
        let (mut place, mut info, mut fact) = (RIFF, None, None);
        loop {
            let id = bytes.get(place..place + 4)?;
            let size = u32::from_le_bytes(*bytes.get(place + 4..place + CHUNK)?.first_chunk()?);
            let body = place + CHUNK;
            match id {
                b"data" => {
                    let head = Head { octets: bytes.get(..body)?.to_vec(), fact, info: info? };
                    return Some((head, size));
                }
                b"fmt " => {
                    info = Some(header::parse(bytes.get(body..body.checked_add(size as usize)?)?).ok()?)
                }
                b"fact" => fact = Some(body),
                _ => {}
            }
            place = body.checked_add(size as usize)?.checked_add(size as usize % 2)?;
            if place > LOOKED_AT {
                return None;
            }
        }
    }

    /// What it says of the sound.
    pub(crate) fn info(&self) -> WavInfo {
        self.info
    }

    /// Its octets.
    pub(crate) fn length(&self) -> u32 {
        self.octets.len() as u32
    }

    /// Tells of so many octets of sound.
    pub(crate) fn telling(&mut self, data: u32) -> &[u8] {
        let riff = self.length() - 8 + data + data % 2;
        let blocks = data / self.info.encoding.octets() as u32 / u32::from(self.info.channels.max(1));
        let samples = blocks * self.info.encoding.samples() as u32;
        let end = self.octets.len() - 4;
        for (place, value) in [(Some(4), riff), (self.fact, samples), (Some(end), data)] {
            if let Some(octets) = place.and_then(|place| self.octets.get_mut(place..place + 4)) {
                octets.copy_from_slice(&value.to_le_bytes());
            }
        }
        &self.octets
    }
}

/// Format tag, octets of a block, bits of a sample.
fn stored(info: WavInfo) -> Result<(u16, u16, u16), AudioError> {
    let octets = info.encoding.octets() as u16;
    let tag = match info.encoding {
        Encoding::Signed16 => tag::PCM,
        Encoding::Ulaw => tag::ULAW,
        Encoding::Alaw => tag::ALAW,
        Encoding::Gsm if info.channels == 1 => return Ok((tag::GSM, octets, 0)),
        _ => return Err(AudioError::UnsupportedEncoding { tag: 0, bits: 8 * octets }),
    };
    match info.channels {
        1 | 2 => Ok((tag, octets * info.channels, 8 * octets)),
        more => Err(AudioError::UnsupportedChannels(more)),
    }
}
