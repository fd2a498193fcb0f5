use crate::adpcm::Adpcm;
use crate::{Packing, Rate};

/// Encodes one direction of a call.
#[derive(Clone, Debug)]
pub struct Encoder {
    adpcm: Adpcm,
    packing: Packing,
}

impl Encoder {
    /// An encoder for `G726-32` of RFC 3551 that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self::with(Rate::Kbps32, Packing::LowFirst)
    }

    /// An encoder for any of the rates and packings.
    pub const fn with(rate: Rate, packing: Packing) -> Self {
        Self { adpcm: Adpcm::new(rate), packing }
    }

    /// Encodes linear PCM (mono, 16 bits, 8 kHz).
    ///
    /// Returns the octets written. Where they do not fit into `payload` it is 0, and nothing happens. Samples that
    /// fill no whole octets are left out: those above a multiple of two at 32 kbit/s, of four at 16, else of eight.
    /// Does not allocate.
    pub fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let rate = self.adpcm.rate();
        let groups = pcm.len() / rate.group();
        let octets = groups * rate.group() * rate.bits() as usize / 8;
        let Some(payload) = payload.get_mut(..octets) else { return 0 };
        let codes = pcm[..groups * rate.group()].iter().map(|&sample| self.adpcm.encode(sample));
        self.packing.pack(rate.bits(), codes, payload);
        octets
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
