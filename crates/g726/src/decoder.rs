use crate::adpcm::Adpcm;
use crate::{Packing, Rate};

/// Decodes one direction of a call.
#[derive(Clone, Debug)]
pub struct Decoder {
    adpcm: Adpcm,
    packing: Packing,
}

impl Decoder {
    /// A decoder of `G726-32` of RFC 3551 that has heard nothing yet (the Recommendation's reset).
    pub const fn new() -> Self {
        Self::with(Rate::Kbps32, Packing::LowFirst)
    }

    /// A decoder of any of the rates and packings.
    pub const fn with(rate: Rate, packing: Packing) -> Self {
        Self { adpcm: Adpcm::new(rate), packing }
    }

    /// Decodes a payload to linear PCM (mono, 16 bits, 8 kHz).
    ///
    /// Returns the samples written. Where they do not fit into `pcm` it is 0, and nothing happens. Octets that make no
    /// whole samples are left out: those above a multiple of three at 24 kbit/s, of five at 40. Does not allocate.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let rate = self.adpcm.rate();
        let octets = rate.group() * rate.bits() as usize / 8;
        let groups = payload.len() / octets;
        let Some(pcm) = pcm.get_mut(..groups * rate.group()) else { return 0 };
        let mut samples = pcm.iter_mut();
        self.packing.unpack(rate.bits(), &payload[..groups * octets], |code| {
            let decoded = self.adpcm.decode(code);
            if let Some(sample) = samples.next() {
                *sample = decoded;
            }
        });
        groups * rate.group()
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
