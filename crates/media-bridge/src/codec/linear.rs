use super::{Decoder, Encoder};

/// Linear samples of 16 bits, high octet first (RFC 3551 §4.5.11): two octets a sample, no state.
pub(crate) struct L16;

impl Encoder for L16 {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let Some(payload) = payload.get_mut(..2 * pcm.len()) else { return 0 };
        for (octets, sample) in payload.as_chunks_mut().0.iter_mut().zip(pcm) {
            *octets = sample.to_be_bytes();
        }
        payload.len()
    }
}

impl Decoder for L16 {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let octets = payload.as_chunks().0;
        for (sample, octets) in pcm.iter_mut().zip(octets) {
            *sample = i16::from_be_bytes(*octets);
        }
        octets.len().min(pcm.len())
    }
}
