//! GSM full rate (ETSI EN 300 961, once GSM 06.10): telephone speech in 13 kbit/s.
//!
//! - [`Encoder`] and [`Decoder`] work on payloads of RTP (`GSM/8000`, payload type 3, RFC 3551 §4.5.8): 33 octets for
//!   the 160 samples of 20 ms.
//! - [`Frame`] is what stands in those octets: 76 parameters. It also has the other packing that is about, two frames
//!   in 65 octets, as in files of Microsoft's (`.WAV` with format 0x31, "WAV49"), so that one becomes the other without
//!   a loss.
//!
//! Samples are linear, mono, 16 bits, 8 kHz, of which the standard takes the upper 13. The arithmetic is the standard's,
//! bit by bit. Nothing allocates, and no input makes anything fail.
//!
//! ```
//! let tone: Vec<i16> = (0..800).map(|n| ((f64::from(n) * 0.3).sin() * 8_000.0) as i16).collect();
//!
//! let (mut encoder, mut decoder) = (gsm::Encoder::new(), gsm::Decoder::new());
//! let mut heard = Vec::new();
//! for frame in tone.chunks(gsm::FRAME_SAMPLES) {
//!     let (mut payload, mut pcm) = ([0; gsm::FRAME_OCTETS], [0; gsm::FRAME_SAMPLES]);
//!     assert_eq!(encoder.encode(frame, &mut payload), 33);
//!     assert_eq!(decoder.decode(&payload, &mut pcm), 160);
//!     heard.extend(pcm);
//! }
//! assert!(tone.iter().zip(&heard).skip(320).all(|(said, heard)| said.abs_diff(*heard) < 2_000));
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// How loud a subframe's pulses are, and the pulses beside it: adaptive PCM (clauses 5.2.15 and 5.2.16).
mod apcm;
mod decoder;
mod encoder;
/// Sums and products of 16 bits that saturate (clause 5.1).
mod fixed_point;
mod frame;
/// What the fuzz targets run.
pub mod fuzzing;
/// The spectrum: reflection coefficients, and their logarithms that are sent (clauses 5.2.6 to 5.2.9).
mod log_area;
/// The pitch: what is said again after 5 to 15 ms (clauses 5.2.11 and 5.2.12).
mod long_term;
/// The spectrum of a frame (clauses 5.2.4 and 5.2.5).
mod prediction;
/// What is done with samples before all else (clauses 5.2.1 to 5.2.3).
mod preprocessing;
/// Which third of the samples is sent (clauses 5.2.13 and 5.2.14).
mod pulses;
/// The lattice filters of the spectrum (clauses 5.2.10 and 5.3.4).
mod short_term;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use frame::{Frame, Subframe};

/// Samples a second.
pub const SAMPLE_RATE: u32 = 8_000;

/// Ticks a second of the RTP clock.
pub const CLOCK_RATE: u32 = 8_000;

/// Samples of a frame: 20 ms.
pub const FRAME_SAMPLES: usize = 160;

/// Octets of a frame in RTP.
pub const FRAME_OCTETS: usize = 33;

/// Samples of two frames, which share the octets of a file's block.
pub const WAV49_SAMPLES: usize = 320;

/// Octets of two frames in a file of format 0x31.
pub const WAV49_OCTETS: usize = 65;

/// Samples of a subframe, of which a frame has four.
const SUBFRAME: usize = 40;
