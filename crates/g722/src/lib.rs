//! ITU-T G.722, the wideband codec that every desk phone has: 7 kHz of audio in the 64 kbit/s of G.711.
//!
//! - [`Encoder`] makes an octet of two samples, [`Decoder`] two samples of an octet; both keep what they need of the
//!   past, so that each direction of a call has one of its own, and each packet goes through in its order.
//! - [`Mode`] says how many bits of an octet are audio, where a line takes one or two of them for data.
//!
//! Samples are linear, mono, 16 bits, 16 kHz. The arithmetic is the Recommendation's, bit by bit, and proved by its test
//! sequences. Nothing allocates, and no input makes anything fail.
//!
//! Whoever hears 8 kHz needs both sub-bands all the same, and a resampler behind the decoder. The lower one alone has their rate, and
//! is but 0.4 dB down at 3.4 kHz. Yet what is said at 4.6 kHz is heard in it at 3.4 kHz, 11 dB weaker, and what is said at
//! 5 kHz at 3 kHz, 21 dB weaker: only together do the sub-bands take that out (clauses 3.1 and 4.4). An encoder that is given the lower
//! one alone makes its peers hear the same beside each tone.
//!
//! In RTP the clock of `G722/8000` counts octets, not samples: RFC 1890 said 8,000 by mistake, and RFC 3551 §4.5.2
//! keeps it for the sake of all who had followed. A packet of 20 ms has 160 octets, 160 ticks, and 320 samples.
//!
//! ```
//! let tone: Vec<i16> = (0..640).map(|n| ((f64::from(n) * 0.7).sin() * 8_000.0) as i16).collect(); // 1.8 kHz
//!
//! let (mut encoder, mut decoder) = (g722::Encoder::new(), g722::Decoder::new());
//! let mut heard = Vec::new();
//! for frame in tone.chunks(g722::FRAME_SAMPLES) {
//!     let (mut payload, mut pcm) = ([0; g722::FRAME_OCTETS], [0; g722::FRAME_SAMPLES]);
//!     assert_eq!(encoder.encode(frame, &mut payload), 160);
//!     assert_eq!(decoder.decode(&payload, &mut pcm), 320);
//!     heard.extend(pcm);
//! }
//!
//! // What is heard is what was said, DELAY samples ago.
//! let late = &heard[g722::DELAY..];
//! assert!(tone.iter().zip(late).skip(320).all(|(said, heard)| said.abs_diff(*heard) < 400));
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// Both sub-bands, past the filters.
mod bands;
mod decoder;
mod encoder;
/// What the fuzz targets run.
pub mod fuzzing;
/// The higher sub-band, 4 to 8 kHz: two bits a sample.
mod higher_band;
/// The lower sub-band, 0 to 4 kHz: four to six bits a sample.
mod lower_band;
/// A number for each sub-band, so that one instruction works on both.
mod pair;
/// The prediction that both sub-bands have.
mod predictor;
/// Quadrature mirror filters: one band of 8 kHz into two of 4 kHz, and back.
mod qmf;
/// How far apart the steps of a quantizer are.
mod scale;
#[cfg(test)]
mod test_sequences;

pub use decoder::{Decoder, Mode};
pub use encoder::Encoder;

/// Samples a second.
pub const SAMPLE_RATE: u32 = 16_000;

/// Ticks a second of the RTP clock (RFC 3551 §4.5.2): one an octet, not one a sample.
pub const CLOCK_RATE: u32 = 8_000;

/// Samples of 20 ms.
pub const FRAME_SAMPLES: usize = 320;

/// Octets of 20 ms.
pub const FRAME_OCTETS: usize = 160;

/// Samples by which the decoder's output is behind the encoder's input: the two filters' delay.
pub const DELAY: usize = 22;

/// Octets that are worked on at a time, so that what lies on the stack stays small.
const BLOCK: usize = 80;

/// Keeps a sum within 16 bits, as each addition of the Recommendation does.
const fn saturate(value: i32) -> i32 {
    if value > 32_767 {
        32_767
    } else if value < -32_768 {
        -32_768
    } else {
        value
    }
}
