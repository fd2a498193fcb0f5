//! ITU-T G.726: telephone speech in 32 kbit/s, or in 16, 24 or 40, a few bits a sample.
//!
//! - [`Encoder`] and [`Decoder`] keep what they need of the past, one of each for a direction of a call.
//! - [`Rate`] says how many bits a sample has: two to five.
//! - [`Packing`] says at which end of an octet the first sample stands. There are two in the world, and the names in
//!   SDP tell them apart: `G726-32` and `AAL2-G726-32` (RFC 3551 §4.5.4). Not all phones that say one mean it.
//!
//! Samples are linear, mono, 16 bits, 8 kHz, of which the Recommendation takes the upper 14. The arithmetic is the
//! Recommendation's, bit by bit. Nothing allocates, and no input makes anything fail.
//!
//! ```
//! let tone: Vec<i16> = (0..800).map(|n| ((f64::from(n) * 0.3).sin() * 8_000.0) as i16).collect();
//!
//! let (mut encoder, mut decoder) = (g726::Encoder::new(), g726::Decoder::new());
//! let mut heard = Vec::new();
//! for frame in tone.chunks(g726::FRAME_SAMPLES) {
//!     let (mut payload, mut pcm) = ([0; g726::FRAME_OCTETS], [0; g726::FRAME_SAMPLES]);
//!     assert_eq!(encoder.encode(frame, &mut payload), 80);
//!     assert_eq!(decoder.decode(&payload, &mut pcm), 160);
//!     heard.extend(pcm);
//! }
//! assert!(tone.iter().zip(&heard).skip(160).all(|(said, heard)| said.abs_diff(*heard) < 1_000));
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// One sample after the other: what both ends do alike.
mod adpcm;
mod decoder;
mod encoder;
/// Numbers of four bits of exponent and six of mantissa, in which the predictor keeps the past (clause 4.2.6).
mod floating;
/// What the fuzz targets run.
pub mod fuzzing;
mod packing;
/// What the next sample will be, guessed of the past (clause 4.2.6).
mod predictor;
/// Steps of a difference, and what each rate has for them (clauses 4.2.2 and 4.2.3).
mod quantizer;
/// How large the steps are, and how fast that changes (clauses 4.2.4 and 4.2.5).
mod scale;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use packing::Packing;
pub use quantizer::Rate;

/// Samples a second.
pub const SAMPLE_RATE: u32 = 8_000;

/// Ticks a second of the RTP clock.
pub const CLOCK_RATE: u32 = 8_000;

/// Samples of 20 ms.
pub const FRAME_SAMPLES: usize = 160;

/// Octets of 20 ms at 32 kbit/s; [`Rate::frame_octets`] has those of the others.
pub const FRAME_OCTETS: usize = 80;
