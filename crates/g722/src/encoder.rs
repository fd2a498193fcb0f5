use crate::BLOCK;
use crate::higher_band::HigherBand;
use crate::lower_band::LowerBand;
use crate::qmf::Analysis;

/// Encodes one direction of a call, at 64 kbit/s.
///
/// A line that takes bits for data (modes 2 and 3) takes the last ones of each octet; the encoder need not know.
#[derive(Clone, Debug)]
pub struct Encoder {
    analysis: Analysis,
    lower: LowerBand,
    higher: HigherBand,
}

impl Encoder {
    /// An encoder that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self { analysis: Analysis::new(), lower: LowerBand::new(), higher: HigherBand::new() }
    }

    /// Encodes linear PCM (mono, 16 bits, 16 kHz) to an octet for each two samples (RTP use: RFC 3551 §4.5.2).
    ///
    /// Returns the octets written. Where `payload` has fewer than half as many octets as `pcm` has samples it is 0,
    /// and nothing happens. Of an odd number of samples the last is left out. Does not allocate.
    pub fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let count = pcm.len() / 2;
        let Some(payload) = payload.get_mut(..count) else { return 0 };
        for (pcm, payload) in pcm[..2 * count].chunks(2 * BLOCK).zip(payload.chunks_mut(BLOCK)) {
            let mut octets = payload.iter_mut();
            self.analysis.split(pcm, |lower, higher| {
                let code = self.higher.encode(higher) << 6 | self.lower.encode(lower);
                if let Some(octet) = octets.next() {
                    *octet = code;
                }
            });
        }
        count
    }

    /// The octet for a sample of each sub-band, past the filter.
    #[cfg(test)]
    pub(crate) fn encode_bands(&mut self, lower: i32, higher: i32) -> u8 {
        self.higher.encode(higher) << 6 | self.lower.encode(lower)
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
