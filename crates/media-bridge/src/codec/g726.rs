use super::{Decoder, Encoder};

impl Encoder for ::g726::Encoder {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        self.encode(pcm, payload)
    }
}

impl Decoder for ::g726::Decoder {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        self.decode(payload, pcm)
    }
}
