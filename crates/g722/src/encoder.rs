use crate::BLOCK;
use crate::bands::Bands;
use crate::pair::behind;
use crate::qmf::{AT_ONCE, Analysis};

/// Encodes one direction of a call, at 64 kbit/s.
///
/// A line that takes bits for data (modes 2 and 3) takes the last ones of each octet; the encoder need not know.
#[derive(Clone, Debug)]
pub struct Encoder {
    analysis: Analysis,
    bands: Bands,
}

impl Encoder {
    /// An encoder that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self { analysis: Analysis::new(), bands: Bands::new() }
    }

    /// Encodes linear PCM (mono, 16 bits, 16 kHz) to an octet for each two samples (RTP use: RFC 3551 §4.5.2).
    ///
    /// Returns the octets written. Where `payload` has fewer than half as many octets as `pcm` has samples it is 0,
    /// and nothing happens. Of an odd number of samples the last is left out. Does not allocate.
    pub fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let count = pcm.len() / 2;
        let Some(payload) = payload.get_mut(..count) else { return 0 };
        // Of its own, so that it stays in registers.
        let mut bands = self.bands.clone();
        for (pcm, payload) in pcm[..2 * count].chunks(2 * BLOCK).zip(payload.chunks_mut(BLOCK)) {
            let samples = self.analysis.split(pcm);
            for (octets, mut samples) in payload.chunks_mut(AT_ONCE).zip(samples) {
                for octet in octets {
                    *octet = bands.encode(samples);
                    samples = behind(samples, 1);
                }
            }
        }
        self.bands = bands;
        count
    }

    /// The octet for a sample of each sub-band, past the filter.
    #[cfg(test)]
    pub(crate) fn encode_bands(&mut self, lower: i32, higher: i32) -> u8 {
        self.bands.encode(crate::pair::pair(lower, higher))
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
