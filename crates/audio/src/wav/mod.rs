//! RIFF/WAVE files (Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0").
//!
//! Read: PCM of 8, 16, 24 and 32 bit, IEEE float of 32 and 64 bit, mu-law, A-law and GSM, also inside
//! `WAVE_FORMAT_EXTENSIBLE`; up to eight channels, mixed down to one. Written: 16-bit PCM, mu-law, A-law, mono.

mod head;
mod header;
mod reader;
mod writer;

pub(crate) use head::{Head, LOOKED_AT};
pub use header::{Encoding, WavInfo};
pub(crate) use reader::{MAX_GSM_BYTES, mono, rounded, unit};
pub use reader::{probe, read, read_from};
pub use writer::Writer;

/// Largest file taken into memory: 20 minutes of 48 kHz stereo, or four hours and a half of 8 kHz mono.
pub const MAX_BYTES: u64 = 256 << 20;

/// Format tags of the `fmt ` chunk (RFC 2361).
mod tag {
    pub(super) const PCM: u16 = 0x0001;
    pub(super) const FLOAT: u16 = 0x0003;
    pub(super) const ALAW: u16 = 0x0006;
    pub(super) const ULAW: u16 = 0x0007;
    pub(super) const GSM: u16 = 0x0031;
    pub(super) const EXTENSIBLE: u16 = 0xfffe;
}
