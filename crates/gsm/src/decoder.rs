use crate::fixed_point::mult_r;
use crate::long_term::{self, Past};
use crate::short_term::Synthesis;
use crate::{FRAME_OCTETS, FRAME_SAMPLES, Frame, Subframe, WAV49_OCTETS, WAV49_SAMPLES};
use crate::{apcm, pulses};

/// How much of a sample stays in the next, to lower the trebles that the encoder raised.
const DEEMPHASIS: i16 = 28_180;

/// Decodes one direction of a call, or a file.
#[derive(Clone, Debug)]
pub struct Decoder {
    past: Past,
    /// The last lag that was one: it stands in for those that are not.
    lag: u8,
    synthesis: Synthesis,
    /// The last sample, on the scale of 15 bits.
    last: i16,
}

impl Decoder {
    /// A decoder that has heard nothing yet (the standard's home state).
    pub const fn new() -> Self {
        Self { past: Past::new(), lag: 40, synthesis: Synthesis::new(), last: 0 }
    }

    /// Decodes a payload of RTP to linear PCM (mono, 16 bits, 8 kHz): 160 samples for each 33 octets (RFC 3551 §4.5.8).
    ///
    /// Returns the samples written. Where they do not fit into `pcm` it is 0, and nothing happens. It ends with what is
    /// no whole frame, or does not begin with the signature of one. Does not allocate.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        let (frames, _) = payload.as_chunks::<FRAME_OCTETS>();
        let Some(pcm) = pcm.get_mut(..frames.len() * FRAME_SAMPLES) else { return 0 };
        let mut written = 0;
        for (octets, pcm) in frames.iter().zip(pcm.as_chunks_mut().0) {
            let Some(frame) = Frame::from_rtp(octets) else { break };
            *pcm = self.decode_frame(&frame);
            written += FRAME_SAMPLES;
        }
        written
    }

    /// Decodes blocks of a file of format 0x31 to linear PCM: 320 samples for each 65 octets.
    ///
    /// Returns the samples written, as [`decode`](Self::decode) does; these blocks have no signature.
    pub fn decode_wav49(&mut self, octets: &[u8], pcm: &mut [i16]) -> usize {
        let (blocks, _) = octets.as_chunks::<WAV49_OCTETS>();
        let Some(pcm) = pcm.get_mut(..blocks.len() * WAV49_SAMPLES) else { return 0 };
        let frames = blocks.iter().flat_map(Frame::pair_from_wav49);
        for (frame, pcm) in frames.zip(pcm.as_chunks_mut().0) {
            *pcm = self.decode_frame(&frame);
        }
        pcm.len()
    }

    /// The samples of 20 ms. Of parameters that have more bits than they should the lower ones count.
    pub fn decode_frame(&mut self, frame: &Frame) -> [i16; FRAME_SAMPLES] {
        let mut samples = [0; FRAME_SAMPLES];
        for (subframe, samples) in frame.subframes.iter().zip(samples.as_chunks_mut().0) {
            *samples = self.excitation(subframe);
        }
        self.synthesis.run(&frame.log_area_ratios, &mut samples);
        samples.map(|sample| {
            self.last = sample.saturating_add(mult_r(self.last, DEEMPHASIS));
            self.last.saturating_add(self.last) & !7
        })
    }

    /// What the spectrum is given to (clauses 5.3.1 and 5.3.2).
    fn excitation(&mut self, subframe: &Subframe) -> [i16; crate::SUBFRAME] {
        if long_term::is_lag(subframe.lag) {
            self.lag = subframe.lag;
        }
        let mut samples = self.past.predict(usize::from(self.lag), subframe.gain);
        let heard = pulses::place(subframe.grid, &apcm::decode(subframe.maximum, &subframe.pulses));
        samples.iter_mut().zip(heard).for_each(|(sample, pulse)| *sample = pulse.saturating_add(*sample));
        self.past.push(&samples);
        samples
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}
