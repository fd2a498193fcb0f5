use crate::BLOCK;
use crate::higher_band::HigherBand;
use crate::lower_band::LowerBand;
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
    lower: LowerBand,
    higher: HigherBand,
    synthesis: Synthesis,
}

impl Decoder {
    /// A decoder of 64 kbit/s that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self::with_mode(Mode::Kbps64)
    }

    /// A decoder of octets that carry data in their last bits.
    pub const fn with_mode(mode: Mode) -> Self {
        Self { mode, lower: LowerBand::new(), higher: HigherBand::new(), synthesis: Synthesis::new() }
    }

    /// Decodes a payload to linear PCM (mono, 16 bits, 16 kHz), two samples for each octet (RTP use: RFC 3551 §4.5.2).
    ///
    /// Returns the samples written. Where `pcm` has fewer than twice as many samples as `payload` has octets it is 0,
    /// and nothing happens. Does not allocate.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let count = 2 * payload.len();
        let Some(pcm) = pcm.get_mut(..count) else { return 0 };
        let Self { mode, lower, higher, synthesis } = self;
        for (payload, pcm) in payload.chunks(BLOCK).zip(pcm.chunks_mut(2 * BLOCK)) {
            let bands = payload.iter().map(|&octet| (lower.decode(octet, *mode), higher.decode(octet >> 6)));
            synthesis.join(bands, pcm);
        }
        count
    }

    /// The sample of each sub-band for an octet, before the filter.
    #[cfg(test)]
    pub(crate) fn decode_bands(&mut self, octet: u8) -> (i32, i32) {
        (self.lower.decode(octet, self.mode), self.higher.decode(octet >> 6))
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
