use super::WrittenFormat;
use super::ogg_opus::OggOpus;

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
    OggOpus(Box<OggOpus>),
}

impl Encoder {
    /// For a new file, whose first octets it may give, of so many channels.
    pub(super) fn new(format: WrittenFormat, channels: u16, octets: &mut Vec<u8>) -> Encoder {
        let (kind, frame) = match format {
            WrittenFormat::Wav(_) | WrittenFormat::Linear(_) => (Kind::Linear, 1),
            WrittenFormat::Ulaw | WrittenFormat::Au => (Kind::Ulaw, 1),
            WrittenFormat::Alaw => (Kind::Alaw, 1),
            WrittenFormat::G722 => (Kind::G722(Box::default()), 2),
            WrittenFormat::Gsm => (Kind::Gsm(Box::default()), gsm::FRAME_SAMPLES),
            WrittenFormat::Wav49 => (Kind::Wav49(Box::default()), gsm::WAV49_SAMPLES),
            WrittenFormat::OggOpus => return Encoder::of_opus(OggOpus::begin(channels, octets)),
        };
        Encoder { kind, frame, waiting: Vec::new() }
    }

    /// Goes on with a stream of Opus.
    pub(super) fn of_opus(stream: OggOpus) -> Encoder {
        let frame = stream.frame();
        Encoder { kind: Kind::OggOpus(Box::new(stream)), frame, waiting: Vec::new() }
    }

    /// Lets everything out that can be read by itself.
    pub(super) fn flush(&mut self, octets: &mut Vec<u8>) {
        if let Kind::OggOpus(stream) = &mut self.kind {
            stream.flush(octets);
        }
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
        if let Kind::OggOpus(stream) = &mut self.kind {
            stream.finish(&self.waiting, octets);
            return self.waiting.clear();
        }
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
        if let Kind::OggOpus(stream) = self {
            return stream.encode(samples, octets);
        }
        let start = octets.len();
        let room = match self {
            Kind::Linear => 2 * samples.len(),
            Kind::Ulaw | Kind::Alaw => samples.len(),
            Kind::G722(_) => samples.len() / 2,
            Kind::Gsm(_) => samples.len() / gsm::FRAME_SAMPLES * gsm::FRAME_OCTETS,
            Kind::Wav49(_) => samples.len() / gsm::WAV49_SAMPLES * gsm::WAV49_OCTETS,
            Kind::OggOpus(_) => 0,
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
            Kind::OggOpus(_) => 0,
        };
        octets.truncate(start + written);
    }
}
