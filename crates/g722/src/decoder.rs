use crate::BLOCK;
use crate::bands::Bands;
use crate::lower_band::audible;
use crate::qmf::Synthesis;

/// How many bits of each octet are audio (clause 1.2). RTP has the first mode alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Mode 1: all eight.
    #[default]
    Kbps64,
    /// Mode 2: the upper seven; the last bit is somebody's data.
    Kbps56,
    /// Mode 3: the upper six; the last two bits are somebody's data.
    Kbps48,
}

/// Decodes one direction of a call.
#[derive(Clone, Debug)]
pub struct Decoder {
    mode: Mode,
    bands: Bands,
    synthesis: Synthesis,
}

impl Decoder {
    /// A decoder of 64 kbit/s that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self::with_mode(Mode::Kbps64)
    }

    /// A decoder of octets that carry data in their last bits.
    pub const fn with_mode(mode: Mode) -> Self {
        Self { mode, bands: Bands::new(), synthesis: Synthesis::new() }
    }

    /// Decodes a payload to linear PCM (mono, 16 bits, 16 kHz), two samples for each octet (RTP use: RFC 3551 §4.5.2).
    ///
    /// Returns the samples written. Where `pcm` has fewer than twice as many samples as `payload` has octets it is 0,
    /// and nothing happens. Does not allocate.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let count = 2 * payload.len();
        let Some(pcm) = pcm.get_mut(..count) else { return 0 };
        // Of its own, so that it stays in registers.
        let (audible, mut bands) = (audible(self.mode), self.bands.clone());
        for (payload, pcm) in payload.chunks(BLOCK).zip(pcm.chunks_mut(2 * BLOCK)) {
            self.synthesis.join(payload.iter().map(|&octet| bands.decode(octet, audible)), pcm);
        }
        self.bands = bands;
        count
    }

    /// The sample of each sub-band for an octet, before the filter.
    #[cfg(test)]
    pub(crate) fn decode_bands(&mut self, octet: u8) -> (i32, i32) {
        let samples = self.bands.decode(octet, audible(self.mode));
        (crate::pair::lower(samples), crate::pair::higher(samples))
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
