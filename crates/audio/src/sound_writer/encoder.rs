use super::WrittenFormat;

/// Makes octets of samples, and keeps what does not fill a frame.
#[derive(Debug)]
pub(super) struct Encoder {
    kind: Kind,
    /// Samples of a frame.
    frame: usize,
    waiting: Vec<i16>,
}

#[derive(Debug)]
enum Kind {
    Linear,
    Ulaw,
    Alaw,
    G722(Box<g722::Encoder>),
    Gsm(Box<gsm::Encoder>),
    Wav49(Box<gsm::Encoder>),
}

impl Encoder {
    pub(super) fn new(format: WrittenFormat) -> Encoder {
        let (kind, frame) = match format {
            WrittenFormat::Wav(_) | WrittenFormat::Linear(_) => (Kind::Linear, 1),
            WrittenFormat::Ulaw => (Kind::Ulaw, 1),
            WrittenFormat::Alaw => (Kind::Alaw, 1),
            WrittenFormat::G722 => (Kind::G722(Box::default()), 2),
            WrittenFormat::Gsm => (Kind::Gsm(Box::default()), gsm::FRAME_SAMPLES),
            WrittenFormat::Wav49 => (Kind::Wav49(Box::default()), gsm::WAV49_SAMPLES),
        };
        Encoder { kind, frame, waiting: Vec::new() }
    }

    /// Adds what `samples` come to, but for an unfinished frame.
    pub(super) fn encode(&mut self, samples: &[i16], octets: &mut Vec<u8>) {
        if self.frame == 1 {
            return self.kind.encode(samples, octets);
        }
        self.waiting.extend_from_slice(samples);
        let whole = self.waiting.len() - self.waiting.len() % self.frame;
        self.kind.encode(self.waiting.get(..whole).unwrap_or_default(), octets);
        self.waiting.drain(..whole);
    }

    /// Fills the last frame with silence.
    pub(super) fn finish(&mut self, octets: &mut Vec<u8>) {
        if !self.waiting.is_empty() {
            self.waiting.resize(self.frame, 0);
            self.kind.encode(&self.waiting, octets);
            self.waiting.clear();
        }
    }
}

impl Kind {
    /// Encodes whole frames.
    fn encode(&mut self, samples: &[i16], octets: &mut Vec<u8>) {
        let start = octets.len();
        let room = match self {
            Kind::Linear => 2 * samples.len(),
            Kind::Ulaw | Kind::Alaw => samples.len(),
            Kind::G722(_) => samples.len() / 2,
            Kind::Gsm(_) => samples.len() / gsm::FRAME_SAMPLES * gsm::FRAME_OCTETS,
            Kind::Wav49(_) => samples.len() / gsm::WAV49_SAMPLES * gsm::WAV49_OCTETS,
        };
        octets.resize(start + room, 0);
        let place = octets.get_mut(start..).unwrap_or_default();
        let written = match self {
            Kind::Linear => {
                for (pair, sample) in place.as_chunks_mut::<2>().0.iter_mut().zip(samples) {
                    *pair = sample.to_le_bytes();
                }
                room
            }
            Kind::Ulaw => g711::ulaw::encode(samples, place),
            Kind::Alaw => g711::alaw::encode(samples, place),
            Kind::G722(encoder) => encoder.encode(samples, place),
            Kind::Gsm(encoder) => encoder.encode(samples, place),
            Kind::Wav49(encoder) => encoder.encode_wav49(samples, place),
        };
        octets.truncate(start + written);
    }
}
