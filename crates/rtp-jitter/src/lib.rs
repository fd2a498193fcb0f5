//! An adaptive jitter buffer for RTP audio, with loss concealment.
//!
//! Packets come unevenly, in the wrong order, twice or not at all, from a clock that is not ours. Sound must come out
//! evenly, as soon as possible, and without holes. This crate stands between both. It opens no socket, reads no clock, and
//! allocates nothing once it is made, whatever a network sends.
//!
//! - [`Playout`] does all of it: packets in, and at each tick as many samples as are asked for. It needs a [`Decoder`],
//!   which a closure is.
//! - [`PacketQueue`] is its core, for whoever plays by himself: packets in, decisions out.
//! - [`Concealment`] makes up what is missing, as ITU-T G.711 Appendix I does.
//! - [`Statistics`] and [`VoipMetrics`] say what was done, the latter as RTCP XR reports it (RFC 3611 §4.7).
//!
//! ```
//! use std::time::Duration;
//! use rtp_jitter::{Config, PacketInfo, Playout};
//!
//! let g711 = |_payload_type: u8, payload: &[u8], pcm: &mut [i16]| g711::ulaw::decode(payload, pcm);
//! let mut playout = Playout::new(Config::adaptive(8_000), 8_000, g711)?;
//!
//! let payload = [g711::ulaw::encode_sample(1_000); 160];
//! for n in 0..50_u16 {
//!     let now = Duration::from_millis(20 * u64::from(n));
//!     if n % 10 != 9 {
//!         let info = PacketInfo { sequence: n, timestamp: 160 * u32::from(n), ..PacketInfo::default() };
//!         playout.insert(now, info, &payload); // from the socket
//!     }
//!     let mut frame = [0_i16; 160];
//!     playout.fill(now, &mut frame); // to the loudspeaker
//! }
//! let statistics = playout.statistics();
//! assert_eq!(statistics.lost, 4);
//! assert_eq!(statistics.concealed, Duration::from_millis(80));
//! # Ok::<(), rtp_jitter::ConfigError>(())
//! ```
//!
//! # How the delay is found
//!
//! Each packet's transit time (arrival less timestamp) is compared with the shortest of the last 512: that is its delay.
//! The aim is what a share of 96 % of them stayed below ([`Adaptive::quantile`]), or less where a long delay would save few
//! of them ([`Adaptive::worth`]). On request peaks are waited for as well, if at least two came within 30 s. A delay that is
//! too long is shortened by leaving out pitch periods, and where packets are missing; one
//! that is too short is made longer by repeating them, and in pauses. A packet that comes too late for its turn, but before
//! all others, is waited for, and the delay is longer from then on: so a network that stands still for a moment costs
//! no words.
//!
//! | standard | |
//! | --- | --- |
//! | RFC 3550 | sequence numbers and timestamps, wraps, restarts |
//! | RFC 3551 §4.1 | talkspurts: the delay is set anew in pauses |
//! | RFC 3389 | comfort noise: the level, not the spectrum |
//! | RFC 4733 | events share the numbers and have no sound ([`Content::Other`]) |
//! | RFC 3611 §4.7 | VoIP metrics, but for signal, noise, echo and quality |
//! | G.711 Appendix I | concealment at 8 to 48 kHz, without its delay of 3.75 ms |

#![forbid(unsafe_code)]

/// What a buffer is made by.
mod config;
/// Payloads to sound.
mod decoder;
#[doc(hidden)]
pub mod fuzzing;
/// Packets and decisions.
mod packet;
/// Packets to sound, all of it.
mod playout;
/// Packets to decisions.
mod queue;
#[cfg(any(test, feature = "simulation"))]
pub mod simulation;
/// Concealment and stretching.
mod sound;
/// What was done.
mod statistics;

pub use config::{Adaptive, Config, ConfigError, Mode};
pub use decoder::Decoder;
pub use packet::{Content, Decision, Insertion, PacketInfo, QueuedPacket, Stretch};
pub use playout::{Filled, Playout};
pub use queue::PacketQueue;
pub use sound::concealment::Concealment;
pub use statistics::{Statistics, VoipMetrics};
