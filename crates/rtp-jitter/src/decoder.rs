/// What turns payloads into sound. One decoder belongs to one stream, and may keep a state.
///
/// None of the methods should allocate: they run for each packet. Sound is mono, 16 bits, at the rate that
/// [`Playout::new`](crate::Playout::new) was told.
pub trait Decoder {
    /// Writes the sound of a payload to the beginning of `pcm`, which has room for 120 ms, and returns how many samples it
    /// has. 0 means that the payload makes no sense; it is concealed then.
    fn decode(&mut self, payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize;

    /// Makes up the sound of a lost packet from the copy that the next one may carry (in-band FEC, as of Opus), and returns
    /// how many samples it has. 0 means that there is none.
    fn recover(&mut self, next_payload_type: u8, next_payload: &[u8], pcm: &mut [i16]) -> usize {
        let _ = (next_payload_type, next_payload, pcm);
        0
    }

    /// Fills all of `pcm` with what the codec itself makes up for missing sound, and returns whether it did. Where it does
    /// not, [`Concealment`](crate::Concealment) is used.
    fn conceal(&mut self, pcm: &mut [i16]) -> bool {
        let _ = pcm;
        false
    }
}

/// Closures decode.
impl<F: FnMut(u8, &[u8], &mut [i16]) -> usize> Decoder for F {
    fn decode(&mut self, payload_type: u8, payload: &[u8], pcm: &mut [i16]) -> usize {
        self(payload_type, payload, pcm)
    }
}
