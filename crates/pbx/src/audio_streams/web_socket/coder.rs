//! The codecs of binary messages.

use media_bridge::{Codec, Decoder, Encoder};

use crate::configuration::{codec_name, codec_of};

/// Frames in a second.
const FRAMES: u32 = 50;

/// Milliseconds of a frame.
pub(super) const PTIME: u32 = 1_000 / FRAMES;

/// The most samples that a message is decoded to: 120 ms of Opus.
const MOST_SAMPLES: usize = 5_760;

/// Octets of the longest frame that a codec makes.
const LONGEST_FRAME: usize = 4_000;

/// Names of linear samples, the low octet first, with their rates.
const LINEAR: [(&str, u32); 9] = [
    ("slin", 8_000),
    ("slin12", 12_000),
    ("slin16", 16_000),
    ("slin24", 24_000),
    ("slin32", 32_000),
    ("slin44", 44_100),
    ("slin48", 48_000),
    ("slin96", 96_000),
    ("slin192", 192_000),
];

/// What binary messages hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SoundFormat {
    name: &'static str,
    rate: u32,
    codec: Option<Codec>,
}

impl Default for SoundFormat {
    fn default() -> Self {
        Self { name: "ulaw", rate: 8_000, codec: Some(Codec::Pcmu) }
    }
}

impl SoundFormat {
    /// The format of a name that Asterisk has for it.
    pub(super) fn of(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        match LINEAR.iter().find(|(known, _)| *known == name) {
            Some((name, rate)) => Some(Self { name, rate: *rate, codec: None }),
            None => Self::of_codec(codec_of(&name)?),
        }
    }

    /// The format of a codec of calls, if what is said in it can be translated.
    pub(super) fn of_codec(codec: Codec) -> Option<Self> {
        let name = codec_name(codec);
        let rate = codec.sample_rate();
        if LINEAR.iter().any(|(linear, _)| *linear == name) {
            return Some(Self { name, rate, codec: None });
        }
        codec.is_translatable().then_some(Self { name, rate, codec: Some(codec) })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// Samples in a second.
    pub(super) fn rate(self) -> u32 {
        self.rate
    }

    /// Samples of a frame.
    pub(super) fn samples(self) -> usize {
        (self.rate / FRAMES) as usize
    }

    /// Octets of a frame; `None` where frames have no length of their own.
    pub(super) fn frame(self) -> Option<usize> {
        match self.codec {
            None => Some(self.samples() * 2),
            Some(Codec::Gsm) => Some(33),
            Some(Codec::Opus) => None,
            // 8,000 ticks a second: of G.726 each has half an octet.
            Some(Codec::G726 | Codec::G726Aal2) => Some(80),
            Some(_) => Some(160),
        }
    }
}

/// Makes messages of sound, and sound of messages.
pub(super) struct Coder {
    format: SoundFormat,
    encoder: Option<Box<dyn Encoder>>,
    decoder: Option<Box<dyn Decoder>>,
    samples: Vec<i16>,
    octets: Vec<u8>,
}

impl Coder {
    pub(super) fn new(format: SoundFormat) -> Self {
        let encoder = format.codec.and_then(|codec| codec.encoder(&opus::Settings::default()));
        let decoder = format.codec.and_then(Codec::decoder);
        Self { format, encoder, decoder, samples: Vec::new(), octets: Vec::new() }
    }

    /// The sound of a message. What makes no sense is no sound.
    pub(super) fn decode(&mut self, octets: &[u8]) -> &[i16] {
        self.samples.clear();
        match &mut self.decoder {
            None => {
                let pairs = octets.chunks_exact(2);
                self.samples.extend(pairs.filter_map(|pair| Some(i16::from_le_bytes(pair.try_into().ok()?))));
            }
            Some(decoder) => {
                self.samples.resize(MOST_SAMPLES, 0);
                let count = decoder.decode(octets, &mut self.samples);
                self.samples.truncate(count);
            }
        }
        &self.samples
    }

    /// The sound of a frame, with silence behind it where it is shorter than others.
    pub(super) fn decode_frame(&mut self, octets: &[u8]) -> &[i16] {
        self.decode(octets);
        let whole = self.format.samples().max(self.samples.len());
        self.samples.resize(whole, 0);
        &self.samples
    }

    /// The message of as many samples as a frame has.
    pub(super) fn encode(&mut self, samples: &[i16]) -> &[u8] {
        self.octets.clear();
        match &mut self.encoder {
            None => self.octets.extend(samples.iter().flat_map(|sample| sample.to_le_bytes())),
            Some(encoder) => {
                self.octets.resize(LONGEST_FRAME, 0);
                let count = encoder.encode(samples, &mut self.octets);
                self.octets.truncate(count);
            }
        }
        &self.octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_as_long_as_they_say() {
        for (name, octets) in [
            ("ulaw", Some(160)),
            ("alaw", Some(160)),
            ("g722", Some(160)),
            ("gsm", Some(33)),
            ("g726", Some(80)),
            ("slin", Some(320)),
            ("SLIN16", Some(640)),
            ("slin44", Some(1_764)),
            ("slin48", Some(1_920)),
            ("slin192", Some(7_680)),
            ("opus", None),
        ] {
            let format = SoundFormat::of(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(format.frame(), octets, "{name}");
            let mut coder = Coder::new(format);
            let frame = coder.encode(&vec![1_000; format.samples()]).to_vec();
            assert_eq!(frame.len(), octets.unwrap_or(frame.len()), "{name}");
            assert_eq!(coder.decode(&frame).len(), format.samples(), "{name}");
        }
        assert_eq!(SoundFormat::of("g729"), None);
        assert_eq!(SoundFormat::of("vp8"), None);
    }

    #[test]
    fn linear_samples_have_their_low_octet_first() {
        let mut coder = Coder::new(SoundFormat::of("slin").unwrap());
        assert_eq!(coder.decode(&[1, 0, 0xff, 0xff, 7]), [1, -1]);
        assert_eq!(coder.decode_frame(&[1, 0]).len(), 160);
        assert_eq!(coder.encode(&[1, -1]), [1, 0, 0xff, 0xff]);
    }
}
