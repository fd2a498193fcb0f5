//! RTP and RTCP (RFC 3550), both secured (RFC 3711), and digits as packets (RFC 4733), for whoever forwards, makes or measures media.
//!
//! Everything works in octets that the caller owns and by a clock that the caller reads; nothing allocates, so it can
//! sit on a packet path, or on a machine without a system. Meet first:
//!
//! - [`classify`] tells what a datagram on a media port is; [`Packet`] looks at RTP, [`Header`] writes it;
//! - [`StreamRewriter`] keeps one outgoing stream whole, whoever feeds it; [`Reception`] measures an incoming one;
//! - [`Repacker`] puts sound into packets of another length, [`ClockScale`] tells timestamps by another clock;
//! - [`telephone_event`] has both ends of a digit, [`rtcp`] the reports;
//! - [`redundancy`] sends sound twice, and finds what was lost; [`correction`] looks at forward error correction;
//! - [`srtp`] protects packets, and takes their protection off.
//!
//! A forwarder in full:
//!
//! ```
//! use std::time::Duration;
//! use rtp::{Header, Kind, Packet, Reception, StreamRewriter, classify};
//!
//! # let mut datagram = [0xFF; 172];
//! # Header { sequence: 5, timestamp: 320, ssrc: 0xA11CE, ..Header::default() }.write(&mut datagram);
//! # let now = Duration::from_secs(1);
//! let mut from_alice = Reception::new(0xA11CE, 8_000);
//! let mut to_bob = StreamRewriter::new(0xB0B, 1_000, 50_000, 8_000);
//!
//! if classify(&datagram) == Kind::Rtp {
//!     let header = Packet::parse(&datagram)?.header();
//!     from_alice.receive(&header, now);
//!     if let Some(new) = to_bob.forward(&header, header.payload_type, now) {
//!         new.rewrite_valid(&mut datagram); // and off to Bob, the payload untouched
//!     }
//! }
//! assert_eq!(Packet::parse(&datagram)?.ssrc(), 0xB0B);
//! # Ok::<(), rtp::PacketError>(())
//! ```
//!
//! | RFC | |
//! | --- | --- |
//! | 2198 | redundant audio data: read, written, and losses made good with it |
//! | 3550 | packets, sequence numbers, jitter, reports; no session bandwidth rules |
//! | 3611 | extended reports: the seven blocks, read and written |
//! | 3711, 6188, 7714 | Secure RTP and RTCP: AES in counter mode and AES-GCM |
//! | 4585, 5104 | feedback as packets: NACK, PLI, FIR; no rules on when to send it |
//! | 4733 | telephone-event for digits; no other events, no tones (`audio/tone`) |
//! | 5109 | forward error correction: headers read and told in other numbers; nothing is computed |
//! | 5506 | reduced-size RTCP is read |
//! | 5761, 7983 | what shares a port is told apart |
//! | 8285 | header extensions are shown and taken out, not taken apart |

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

/// Losses in bursts and gaps (RFC 3611 §4.7.2).
mod bursts;
/// Timestamps from one clock to another.
mod clock_scale;
pub mod correction;
/// What shares a media port (RFC 5761, RFC 7983).
mod demux;
/// What a call sounds like (ITU-T G.107).
mod e_model;
#[doc(hidden)]
pub mod fuzzing;
/// The fixed header, to be written.
mod header;
/// Interarrival jitter (RFC 3550 appendix A.8).
mod jitter;
/// Wallclock time of RTCP.
mod ntp;
/// Packets, to be read.
mod packet;
/// Measuring an incoming stream, counting an outgoing one.
mod reception;
pub mod redundancy;
/// Packets of another length.
mod repacker;
/// Keeping an outgoing stream whole.
mod rewriter;
pub mod rtcp;
/// Sequence numbers (RFC 3550 appendix A.1).
mod sequence;
pub mod srtp;
pub mod telephone_event;
/// Durations in ticks of a media clock.
mod ticks;

pub use bursts::Bursts;
pub use clock_scale::ClockScale;
pub use demux::{Kind, classify, is_rtcp, is_stun};
pub use e_model::{Impairment, mean_opinion_score, r_factor};
pub use header::Header;
pub use jitter::Jitter;
pub use ntp::NtpTime;
pub use packet::{Extension, Packet, PacketError};
pub use reception::{Reception, Transmission};
pub use repacker::Repacker;
pub use rewriter::StreamRewriter;
pub use sequence::{Arrival, SequenceTracker};
