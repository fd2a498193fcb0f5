use super::Coder;

/// ITU-T G.711 μ-law: an octet a sample, no state.
pub(crate) struct Ulaw;

/// ITU-T G.711 A-law: an octet a sample, no state.
pub(crate) struct Alaw;

impl Coder for Ulaw {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        ::g711::ulaw::encode(pcm, payload)
    }
}

impl Coder for Alaw {
    fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        ::g711::alaw::encode(pcm, payload)
    }
}
