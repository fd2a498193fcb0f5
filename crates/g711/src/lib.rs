//! ITU-T G.711, the codec of every telephone: 64 kbit/s, one octet a sample, in two laws.
//!
//! - [`ulaw`] is μ-law (`PCMU`), of North America and Japan; [`alaw`] is A-law (`PCMA`), of the rest of the world.
//!   Both have `encode`, `decode`, the same by sample, and the octet of `SILENCE`.
//! - [`ulaw_to_alaw`] and [`alaw_to_ulaw`] turn one into the other in place by the standard's own tables.
//!
//! Linear samples have 16 bits here; the standard counts in 14 (μ-law) and 13 (A-law), so its values appear times
//! four and times eight. Nothing allocates, nothing can fail, no state is kept, and time does not depend on the
//! signal.
//!
//! ```
//! // A phone sends 20 ms of μ-law; the other one speaks A-law only.
//! let tone: Vec<i16> = (0..160).map(|n| (f64::from(n) * 0.3456).sin() * 8_000.0).map(|v| v as i16).collect();
//! let mut payload = [0; 160];
//! assert_eq!(g711::ulaw::encode(&tone, &mut payload), 160);
//!
//! g711::ulaw_to_alaw(&mut payload);
//!
//! let mut heard = [0; 160];
//! g711::alaw::decode(&payload, &mut heard);
//! assert!(tone.iter().zip(&heard).all(|(said, heard)| said.abs_diff(*heard) <= 400)); // 5 % of the loudest
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// A-law (G.711 tables 1a and 1b; `PCMA`, RTP payload type 8).
pub mod alaw;
/// What both laws share: octaves of 16 steps.
mod segment;
/// From one law to the other without a way through linear samples.
mod transcode;
/// μ-law (G.711 tables 2a and 2b; `PCMU`, RTP payload type 0).
pub mod ulaw;

pub use transcode::{alaw_to_ulaw, alaw_to_ulaw_sample, ulaw_to_alaw, ulaw_to_alaw_sample};
