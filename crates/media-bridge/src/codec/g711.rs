use super::{Decoder, Encoder};

/// ITU-T G.711 μ-law: an octet a sample, no state.
pub(crate) struct Ulaw;

/// ITU-T G.711 A-law: an octet a sample, no state.
pub(crate) struct Alaw;

impl Encoder for Ulaw {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        payload.get_mut(..pcm.len()).map_or(0, |payload| ::g711::ulaw::encode(pcm, payload))
    }
}

impl Decoder for Ulaw {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        ::g711::ulaw::decode(payload, pcm)
    }
}

impl Encoder for Alaw {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        payload.get_mut(..pcm.len()).map_or(0, |payload| ::g711::alaw::encode(pcm, payload))
    }
}

impl Decoder for Alaw {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        ::g711::alaw::decode(payload, pcm)
    }
}
