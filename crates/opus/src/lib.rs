//! Opus (RFC 6716) as telephones use it: speech of any bandwidth in 6 to 64 kbit/s, which stands the loss of packets.
//!
//! - [`Encoder`] is set up by [`Settings`]; [`Decoder`] takes what comes, of either number of channels and of any
//!   duration, and fills the gaps: [`Decoder::recover`] from what the next packet says of the lost one,
//!   [`Decoder::conceal`] from the past alone.
//! - [`Packet`] reads off a packet how long it is, without decoding it.
//! - [`OggReader`] reads the files that hold it (RFC 7845), [`OggWriter`] writes them.
//! - [`Parameters`] are those of `a=fmtp` (RFC 7587 §6.1): read, written, and obeyed by [`Parameters::settings`].
//!
//! Samples are linear, 16 bits, at 8, 12, 16, 24 or 48 kHz, whatever the other end has; the clock of RTP is 48 kHz
//! always (RFC 7587 §4.1), and the name in SDP is `opus/48000/2` always, also where there is one channel. The codec
//! itself is the crate `opus-pure`, of which nothing is seen here.
//!
//! ```
//! use opus::{Decoder, Encoder, Parameters, SampleRate, Settings};
//!
//! // What the other phone said of itself.
//! let theirs = Parameters::parse("maxplaybackrate=16000;useinbandfec=1;maxaveragebitrate=20000");
//! let wished = Settings { rate: SampleRate::Hz16000, expected_loss: 10, ..Settings::default() };
//! let mut encoder = Encoder::with(&theirs.settings(wished));
//! let mut decoder = Decoder::with(SampleRate::Hz16000, opus::Channels::Mono);
//!
//! let tone: Vec<i16> = (0..320).map(|n| ((f64::from(n) * 0.2).sin() * 8_000.0) as i16).collect();
//! let (mut payload, mut pcm) = ([0; opus::MAX_OCTETS], [0; 320]);
//! for packet in 0..50 {
//!     let octets = encoder.encode(&tone, &mut payload);
//!     if packet == 30 {
//!         continue; // lost
//!     }
//!     if packet == 31 {
//!         assert_eq!(decoder.recover(&payload[..octets], &mut pcm), 320);
//!     }
//!     assert_eq!(decoder.decode(&payload[..octets], &mut pcm), 320);
//! }
//! ```

#![forbid(unsafe_code)]

mod decoder;
mod encoder;
/// What the fuzz targets run.
pub mod fuzzing;
mod ogg;
mod packet;
mod parameters;
mod settings;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use ogg::{OggError, OggPage, OggReader, OggWriter};
pub use packet::Packet;
pub use parameters::Parameters;
pub use settings::{Bandwidth, Channels, FrameDuration, SampleRate, Settings};

/// Ticks a second of the RTP clock, whatever the rate of the samples (RFC 7587 §4.1).
pub const CLOCK_RATE: u32 = 48_000;

/// The longest audio that a packet may have, in ticks of the RTP clock: 120 ms (RFC 6716 §3.2.5).
pub const MAX_TICKS: usize = 5_760;

/// Octets that are enough for any packet of an [`Encoder`]: three frames of the largest size, and their lengths.
pub const MAX_OCTETS: usize = 3 * 1_275 + 8;
