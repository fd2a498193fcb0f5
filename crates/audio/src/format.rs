use std::io::Read;
use std::path::Path;

use crate::au;
use crate::error::AudioError;
use crate::music;
use crate::pcm::Pcm;
use crate::wav;

/// A format of sound files, told by the extension of the file name as Asterisk does.
///
/// Apart from [`Wav`](FileFormat::Wav), [`Au`](FileFormat::Au) and [`Music`](FileFormat::Music) these have no header: what is in the file is what is in the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// RIFF/WAVE; rate and encoding are in the header. Extensions `wav`, `wav16`, and `WAV` with GSM inside ("WAV49").
    Wav,
    /// Sun/NeXT: rate and encoding are in the head. Extension `au`.
    Au,
    /// Raw linear samples, signed 16 bit, low octet first, at this rate in Hz. Extensions `sln`, `raw` (8 kHz),
    /// `sln12` to `sln192`.
    Linear(u32),
    /// Raw mu-law octets at 8 kHz (ITU-T G.711). Extensions `ulaw`, `ul`, `mu`, `pcm`.
    Ulaw,
    /// Raw A-law octets at 8 kHz (ITU-T G.711). Extensions `alaw`, `al`.
    Alaw,
    /// G.722 at 64 kbit/s: 16 kHz in an octet for two samples. Extension `g722`.
    G722,
    /// GSM full rate in frames of 33 octets. Extension `gsm`.
    Gsm,
    /// MP3, FLAC, Ogg Vorbis or Ogg Opus; which of them, and the rate, are in the file. Extensions `mp3`, `flac`, `ogg`,
    /// `oga`, `opus`.
    Music,
}

/// Every extension read here. Among files of one rate, the earlier one is preferred.
const EXTENSIONS: [(&str, FileFormat); 29] = [
    ("wav", FileFormat::Wav),
    ("wav16", FileFormat::Wav),
    ("sln", FileFormat::Linear(8_000)),
    ("raw", FileFormat::Linear(8_000)),
    ("sln12", FileFormat::Linear(12_000)),
    ("sln16", FileFormat::Linear(16_000)),
    ("sln24", FileFormat::Linear(24_000)),
    ("sln32", FileFormat::Linear(32_000)),
    ("sln44", FileFormat::Linear(44_100)),
    ("sln48", FileFormat::Linear(48_000)),
    ("sln96", FileFormat::Linear(96_000)),
    ("sln192", FileFormat::Linear(192_000)),
    ("ulaw", FileFormat::Ulaw),
    ("ul", FileFormat::Ulaw),
    ("mu", FileFormat::Ulaw),
    ("pcm", FileFormat::Ulaw),
    ("au", FileFormat::Au),
    ("alaw", FileFormat::Alaw),
    ("al", FileFormat::Alaw),
    ("alw", FileFormat::Alaw),
    ("g722", FileFormat::G722),
    ("flac", FileFormat::Music),
    ("opus", FileFormat::Music),
    ("ogg", FileFormat::Music),
    ("oga", FileFormat::Music),
    ("mp3", FileFormat::Music),
    ("WAV", FileFormat::Wav),
    ("wav49", FileFormat::Wav),
    ("gsm", FileFormat::Gsm),
];

/// The extensions as one line for an error message.
pub(crate) fn known_extensions() -> String {
    EXTENSIONS.map(|(extension, _)| extension).join(" ")
}

impl FileFormat {
    /// Format by extension, without its dot. Case counts: Asterisk knows `wav` and `WAV`.
    pub fn from_extension(extension: &str) -> Option<FileFormat> {
        EXTENSIONS.iter().find(|(known, _)| *known == extension).map(|(_, format)| *format)
    }

    /// Format of a file by its name.
    pub fn of(path: &Path) -> Option<FileFormat> {
        FileFormat::from_extension(path.extension()?.to_str()?)
    }

    /// All extensions with their formats, the preferred ones first.
    pub fn extensions() -> impl Iterator<Item = (&'static str, FileFormat)> {
        EXTENSIONS.into_iter()
    }

    /// Samples a second, or `None` where only the header of a file tells.
    pub fn rate(self) -> Option<u32> {
        match self {
            FileFormat::Wav | FileFormat::Au | FileFormat::Music => None,
            FileFormat::Linear(rate) => Some(rate),
            FileFormat::Ulaw | FileFormat::Alaw | FileFormat::Gsm => Some(8_000),
            FileFormat::G722 => Some(g722::SAMPLE_RATE),
        }
    }

    /// Decodes a whole file of this format.
    ///
    /// Without a header nothing can be wrong; half a sample at the end is left out.
    ///
    /// # Errors
    /// What [`wav::read`], [`au::read`] and [`music::read`] say; [`AudioError::TooLarge`] for more GSM than [`wav::MAX_BYTES`] of sound.
    pub fn decode(self, bytes: &[u8]) -> Result<Pcm, AudioError> {
        let samples = match self {
            FileFormat::Gsm if bytes.len() as u64 > wav::MAX_GSM_BYTES => {
                return Err(AudioError::TooLarge { limit: wav::MAX_GSM_BYTES });
            }
            FileFormat::Wav => return wav::read(bytes),
            FileFormat::Au => return au::read(bytes),
            FileFormat::Music => return music::read(std::io::Cursor::new(bytes.to_vec()), None),
            FileFormat::Linear(_) => {
                bytes.as_chunks::<2>().0.iter().map(|octets| i16::from_le_bytes(*octets)).collect()
            }
            FileFormat::Ulaw => bytes.iter().map(|&octet| g711::ulaw::decode_sample(octet)).collect(),
            FileFormat::Alaw => bytes.iter().map(|&octet| g711::alaw::decode_sample(octet)).collect(),
            FileFormat::G722 => {
                let mut samples = vec![0; 2 * bytes.len()];
                let decoded = g722::Decoder::new().decode(bytes, &mut samples);
                samples.truncate(decoded);
                samples
            }
            FileFormat::Gsm => {
                let mut samples = vec![0; bytes.len() / gsm::FRAME_OCTETS * gsm::FRAME_SAMPLES];
                let decoded = gsm::Decoder::new().decode(bytes, &mut samples);
                samples.truncate(decoded);
                samples
            }
        };
        Ok(Pcm { rate: self.rate().unwrap_or(8_000), samples })
    }

    /// Reads a whole file of this format, at most [`wav::MAX_BYTES`] of it.
    ///
    /// # Errors
    /// [`AudioError::TooLarge`], [`AudioError::Io`], and what [`decode`](FileFormat::decode) says.
    pub fn read(self, reader: impl Read) -> Result<Pcm, AudioError> {
        let mut bytes = Vec::new();
        reader.take(wav::MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > wav::MAX_BYTES {
            return Err(AudioError::TooLarge { limit: wav::MAX_BYTES });
        }
        self.decode(&bytes)
    }

    /// Reads a whole file and brings it to `rate`; music as it comes, so that an hour of it takes no more room than it has
    /// at that rate.
    ///
    /// # Errors
    /// As [`read`](FileFormat::read).
    pub fn read_at(self, reader: impl Read + Send + Sync + 'static, rate: u32) -> Result<Pcm, AudioError> {
        match self {
            FileFormat::Music => music::read(reader, Some(rate)),
            other => other.read(reader).map(|pcm| pcm.resampled(rate)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_name_the_formats_of_asterisk() {
        let formats = [
            ("ulaw", FileFormat::Ulaw),
            ("pcm", FileFormat::Ulaw),
            ("al", FileFormat::Alaw),
            ("sln", FileFormat::Linear(8_000)),
            ("sln44", FileFormat::Linear(44_100)),
            ("sln192", FileFormat::Linear(192_000)),
            ("wav16", FileFormat::Wav),
            ("au", FileFormat::Au),
        ];
        for (extension, format) in formats {
            assert_eq!(FileFormat::from_extension(extension), Some(format), "{extension}");
        }
        assert_eq!(FileFormat::from_extension("Wav"), None);
        assert_eq!(FileFormat::of(Path::new("digits/1")), None);
    }

    #[test]
    fn raw_files_decode_to_their_samples() {
        let linear = FileFormat::Linear(16_000).decode(&[0x34, 0x12, 0xff, 0xff, 7]).unwrap();
        assert_eq!(linear, Pcm::new(16_000, vec![0x1234, -1]));
        let ulaw = FileFormat::Ulaw.decode(&[0xff, 0x80, 0x00]).unwrap();
        assert_eq!(ulaw, Pcm::new(8_000, vec![0, 32_124, -32_124]));
        let alaw = FileFormat::Alaw.decode(&[0xd5, 0x55]).unwrap();
        assert_eq!(alaw, Pcm::new(8_000, vec![8, -8]));
    }

    #[test]
    fn files_of_speech_codecs_decode_at_their_rates() {
        let tone = |samples: u32| -> Vec<i16> {
            (0..samples).map(|n| ((f64::from(n) * 0.2).sin() * 8_000.0) as i16).collect()
        };
        let mut octets = [0; 800];
        assert_eq!(g722::Encoder::new().encode(&tone(1_600), &mut octets), 800);
        let wide = FileFormat::G722.decode(&octets).unwrap();
        assert_eq!((wide.rate, wide.samples.len()), (16_000, 1_600));
        let mut octets = [0; 167];
        assert_eq!(gsm::Encoder::new().encode(&tone(800), &mut octets), 165);
        let narrow = FileFormat::Gsm.decode(&octets).unwrap();
        assert_eq!((narrow.rate, narrow.samples.len()), (8_000, 800), "part of a frame is left out");
        assert!(narrow.samples[400..].iter().any(|sample| *sample > 5_000));
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let error = FileFormat::Ulaw.read(std::io::repeat(0xff)).unwrap_err();
        assert!(matches!(error, AudioError::TooLarge { limit: wav::MAX_BYTES }), "{error}");
    }
}
