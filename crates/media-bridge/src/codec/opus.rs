use super::{Decoder, Encoder};

impl Encoder for ::opus::Encoder {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        self.encode(pcm, payload)
    }
}

impl Decoder for ::opus::Decoder {
    fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        self.decode(payload, pcm)
    }

    fn recover(&mut self, next: &[u8], pcm: &mut [i16]) -> usize {
        match ::opus::Packet::parse(next) {
            Some(packet) if packet.has_forward_correction() => {
                let samples = packet.samples(self.rate()).min(pcm.len());
                pcm.get_mut(..samples).map_or(0, |pcm| self.recover(next, pcm))
            }
            _ => 0,
        }
    }

    fn conceal(&mut self, pcm: &mut [i16]) -> bool {
        !pcm.is_empty() && self.conceal(pcm) == pcm.len()
    }
}
