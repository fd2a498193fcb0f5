use std::io;
use std::path::PathBuf;

/// Why a sound could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The bytes are not a WAV file, or one whose header makes no sense.
    #[error("not a readable WAV file: {0}")]
    Malformed(&'static str),
    /// The WAV file holds samples of a kind that is not read here (ADPCM, MP3, ...).
    #[error(
        "WAV encoding {tag:#06x} with {bits} bits is not supported; convert the file to 16-bit PCM, \
         for example with `sox in.wav -b 16 -e signed-integer out.wav`"
    )]
    UnsupportedEncoding {
        /// Format tag of the `fmt ` chunk (1 is PCM, 3 float, 6 A-law, 7 mu-law).
        tag: u16,
        /// Bits a sample.
        bits: u16,
    },
    /// The bytes are no Sun/NeXT sound file, or one whose head makes no sense.
    #[error("not a readable Sun/NeXT sound file (.au): {0}")]
    MalformedAu(&'static str),
    /// The Sun/NeXT sound file holds samples of a kind that is not read here (ADPCM, ...).
    #[error(
        "encoding {0} of a Sun/NeXT sound file (.au) is not supported; convert the file to mu-law, \
         for example with `sox in.au -e mu-law out.au`"
    )]
    UnsupportedEncodingOfAu(u32),
    /// More channels than are mixed down here.
    #[error(
        "{0} channels are not supported, 1 to 8 are; mix the file down, for example with `sox in.wav -c 1 out.wav`"
    )]
    UnsupportedChannels(u16),
    /// A sample rate that no sound file has in earnest.
    #[error(
        "a sample rate of {0} Hz is not supported, 1000 to 384000 Hz is; resample the file, for example with `sox in.wav -r 16000 out.wav`"
    )]
    UnsupportedRate(u32),
    /// The file is larger than the reader will take into memory.
    #[error("the file is larger than {limit} bytes; cut it in parts, or store it at a lower rate")]
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// It is neither MP3, FLAC, Ogg Vorbis nor Ogg Opus, or is damaged.
    #[error("not readable as MP3, FLAC or Ogg: {0}")]
    Music(String),
    /// No reader goes by this file name extension.
    #[error("`{}` has no extension of a known sound format; known are: {}", .path.display(), crate::format::known_extensions())]
    UnknownFormat {
        /// The file as it was asked for.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file as it was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A reader or writer that was handed in failed.
    #[error("sound data: {0}")]
    Io(#[from] io::Error),
}
