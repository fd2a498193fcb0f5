use super::{Decoder, Encoder};

impl Encoder for ::g722::Encoder {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        // Two samples an octet.
        payload.get_mut(..pcm.len() / 2).map_or(0, |payload| self.encode(pcm, payload))
    }
}

impl Decoder for ::g722::Decoder {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        self.decode(payload, pcm)
    }
}
