use std::path::Path;

use crate::wav::Encoding;

/// A format that sound is written in, told by the extension of the file name as Asterisk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WrittenFormat {
    /// RIFF/WAVE of 16 bits at this rate in Hz. Extensions `wav` (8 kHz), `wav16`.
    Wav(u32),
    /// RIFF/WAVE with GSM inside, "WAV49". Extensions `WAV` and `wav49`, which is written as `WAV`.
    Wav49,
    /// Raw linear samples, signed 16 bit, low octet first, at this rate in Hz. Extensions `sln`, `raw` (8 kHz),
    /// `sln12` to `sln192`.
    Linear(u32),
    /// Raw mu-law octets at 8 kHz. Extensions `ulaw`, `ul`, `mu`, `pcm`.
    Ulaw,
    /// Raw A-law octets at 8 kHz. Extensions `alaw`, `al`, `alw`.
    Alaw,
    /// Sun/NeXT of mu-law at 8 kHz. Extension `au`.
    Au,
    /// G.722 at 64 kbit/s, 16 kHz. Extension `g722`.
    G722,
    /// GSM full rate in frames of 33 octets. Extension `gsm`.
    Gsm,
    /// Opus on pages of Ogg (RFC 7845), at 16 kHz: what telephones of wide band have. Extensions `opus`, `ogg`.
    OggOpus,
}

/// Samples a second of [`WrittenFormat::OggOpus`].
pub(super) const OPUS_RATE: opus::SampleRate = opus::SampleRate::Hz16000;

impl WrittenFormat {
    /// Format by extension, without its dot. Case counts: `wav` is not `WAV`.
    pub fn from_extension(extension: &str) -> Option<WrittenFormat> {
        Some(match extension {
            "wav" => WrittenFormat::Wav(8_000),
            "wav16" => WrittenFormat::Wav(16_000),
            "WAV" | "wav49" => WrittenFormat::Wav49,
            "sln" | "raw" => WrittenFormat::Linear(8_000),
            "sln12" => WrittenFormat::Linear(12_000),
            "sln16" => WrittenFormat::Linear(16_000),
            "sln24" => WrittenFormat::Linear(24_000),
            "sln32" => WrittenFormat::Linear(32_000),
            "sln44" => WrittenFormat::Linear(44_100),
            "sln48" => WrittenFormat::Linear(48_000),
            "sln96" => WrittenFormat::Linear(96_000),
            "sln192" => WrittenFormat::Linear(192_000),
            "ulaw" | "ul" | "mu" | "pcm" => WrittenFormat::Ulaw,
            "alaw" | "al" | "alw" => WrittenFormat::Alaw,
            "au" => WrittenFormat::Au,
            "g722" => WrittenFormat::G722,
            "gsm" => WrittenFormat::Gsm,
            "opus" | "ogg" => WrittenFormat::OggOpus,
            _ => return None,
        })
    }

    /// Format of a file by its name.
    pub fn of(path: &Path) -> Option<WrittenFormat> {
        WrittenFormat::from_extension(path.extension()?.to_str()?)
    }

    /// Samples a second and channel.
    pub fn rate(self) -> u32 {
        match self {
            WrittenFormat::Wav(rate) | WrittenFormat::Linear(rate) => rate,
            WrittenFormat::Wav49
            | WrittenFormat::Ulaw
            | WrittenFormat::Alaw
            | WrittenFormat::Au
            | WrittenFormat::Gsm => 8_000,
            WrittenFormat::G722 => g722::SAMPLE_RATE,
            WrittenFormat::OggOpus => OPUS_RATE.hertz(),
        }
    }

    /// Whether two channels may stand side by side in it.
    pub fn has_stereo(self) -> bool {
        matches!(self, WrittenFormat::Wav(_) | WrittenFormat::Linear(_) | WrittenFormat::OggOpus)
    }

    /// How a WAV file stores it; `None` for files without a head that tells sizes.
    pub(super) fn in_wav(self) -> Option<Encoding> {
        match self {
            WrittenFormat::Wav(_) => Some(Encoding::Signed16),
            WrittenFormat::Wav49 => Some(Encoding::Gsm),
            _ => None,
        }
    }

    /// Samples of the least that can be decoded by itself, and its octets. Those of Opus are on pages, and of any length.
    pub(super) fn frame(self) -> (u64, u64) {
        match self {
            WrittenFormat::Wav(_) | WrittenFormat::Linear(_) => (1, 2),
            WrittenFormat::Wav49 => (gsm::WAV49_SAMPLES as u64, gsm::WAV49_OCTETS as u64),
            WrittenFormat::Gsm => (gsm::FRAME_SAMPLES as u64, gsm::FRAME_OCTETS as u64),
            WrittenFormat::Ulaw | WrittenFormat::Alaw | WrittenFormat::Au | WrittenFormat::OggOpus => (1, 1),
            WrittenFormat::G722 => (2, 1),
        }
    }
}
