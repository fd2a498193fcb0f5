use crate::long_term::Past;
use crate::preprocessing::Preprocessing;
use crate::short_term::Analysis;
use crate::{FRAME_OCTETS, FRAME_SAMPLES, Frame, SUBFRAME, Subframe, WAV49_OCTETS, WAV49_SAMPLES};
use crate::{apcm, log_area, prediction, pulses};

/// Encodes one direction of a call, or a file.
#[derive(Clone, Debug)]
pub struct Encoder {
    preprocessing: Preprocessing,
    analysis: Analysis,
    past: Past,
}

impl Encoder {
    /// An encoder that has heard nothing yet (the standard's home state).
    pub const fn new() -> Self {
        Self { preprocessing: Preprocessing::new(), analysis: Analysis::new(), past: Past::new() }
    }

    /// Encodes linear PCM (mono, 16 bits, 8 kHz) for RTP: 33 octets for each 160 samples (RFC 3551 §4.5.8).
    ///
    /// Returns the octets written. Where they do not fit into `payload` it is 0, and nothing happens. Samples that
    /// make no whole frame are left out. Does not allocate.
    pub fn encode(&mut self, pcm: &[i16], payload: &mut [u8]) -> usize {
        let (frames, _) = pcm.as_chunks::<FRAME_SAMPLES>();
        let Some(payload) = payload.get_mut(..frames.len() * FRAME_OCTETS) else { return 0 };
        for (pcm, octets) in frames.iter().zip(payload.as_chunks_mut().0) {
            *octets = self.encode_frame(pcm).to_rtp();
        }
        payload.len()
    }

    /// Encodes linear PCM for a file of format 0x31: 65 octets for each 320 samples.
    ///
    /// Returns the octets written, as [`encode`](Self::encode) does.
    pub fn encode_wav49(&mut self, pcm: &[i16], octets: &mut [u8]) -> usize {
        let (frames, _) = pcm.as_chunks::<FRAME_SAMPLES>();
        let (pairs, _) = frames.as_chunks::<{ WAV49_SAMPLES / FRAME_SAMPLES }>();
        let Some(octets) = octets.get_mut(..pairs.len() * WAV49_OCTETS) else { return 0 };
        for (pair, octets) in pairs.iter().zip(octets.as_chunks_mut().0) {
            *octets = Frame::pair_to_wav49(&pair.map(|pcm| self.encode_frame(&pcm)));
        }
        octets.len()
    }

    /// The parameters of 20 ms.
    pub fn encode_frame(&mut self, pcm: &[i16; FRAME_SAMPLES]) -> Frame {
        let mut samples = self.preprocessing.run(pcm);
        let log_area_ratios = log_area::encode(&prediction::reflections(&mut samples));
        self.analysis.run(&log_area_ratios, &mut samples);
        let mut frame = Frame { log_area_ratios, ..Frame::default() };
        for (subframe, samples) in frame.subframes.iter_mut().zip(samples.as_chunks().0) {
            *subframe = self.encode_subframe(samples);
        }
        frame
    }

    fn encode_subframe(&mut self, samples: &[i16; SUBFRAME]) -> Subframe {
        let (lag, gain) = self.past.search(samples);
        let mut known = self.past.predict(usize::from(lag), gain);
        let rest = core::array::from_fn(|n| samples[n].saturating_sub(known[n]));
        let (grid, chosen) = pulses::choose(&rest);
        let (maximum, pulses) = apcm::encode(&chosen);

        // What the decoder will know of it.
        let heard = pulses::place(grid, &apcm::decode(maximum, &pulses));
        known.iter_mut().zip(heard).for_each(|(known, pulse)| *known = pulse.saturating_add(*known));
        self.past.push(&known);
        Subframe { lag, gain, grid, maximum, pulses }
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
