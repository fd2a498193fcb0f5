//! Secure RTP and RTCP (RFC 3711): what is said stays between the two ends of a leg, and nobody else can speak up.
//!
//! One [`MasterKey`] covers what one side sends. [`Outbound`] protects under ours, [`Inbound`] takes the protection off under
//! the peer's, both in place and without allocating. How the keys come about is not known here: SDP carries them (RFC 4568),
//! or DTLS makes them (RFC 5764).
//!
//! ```
//! use rtp::srtp::{Inbound, MasterKey, Outbound, Suite};
//!
//! let key = MasterKey::new(Suite::AesCm128HmacSha1_80, &[7; 30])?;
//! let (mut ours, mut theirs) = (Outbound::new(&key), Inbound::new(&key));
//!
//! let mut buffer = [0xFF; 172 + Suite::MOST_ADDED];
//! rtp::Header { sequence: 9, ssrc: 0xB0B, ..Default::default() }.write(&mut buffer);
//! let length = ours.protect_rtp(&mut buffer, 172)?;
//! assert_eq!(length, 182);
//! assert_eq!(theirs.unprotect_rtp(&mut buffer[..length])?, 172);
//! assert_eq!(buffer[12..172], [0xFF; 160]);
//! assert!(theirs.unprotect_rtp(&mut buffer[..length]).is_err(), "nothing is heard twice");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | RFC | |
//! | --- | --- |
//! | 3711 | AES in counter mode with HMAC-SHA1, keys derived once (`kdr` 0); no F8, no null cipher |
//! | 6188 | the same with keys of 256 bits |
//! | 7714 | AES-GCM |
//!
//! SRTCP that is authenticated but not encrypted is refused: no suite of these asks for it.

/// AES in counter mode with HMAC-SHA1 (RFC 3711 §4).
mod counter_mode;
/// Session keys out of master keys (RFC 3711 §4.3).
mod derivation;
/// Why a packet was refused.
mod error;
/// AES-GCM (RFC 7714).
mod gcm;
/// Tags of packets in counter mode (RFC 3711 §4.2.1).
mod hmac_sha1;
/// Taking protection off.
mod inbound;
/// Master keys, and what names them.
mod key;
/// Protecting.
mod outbound;
/// Streams that are known under one key.
mod streams;
/// Which ciphers, tags and lengths go together.
mod suite;
/// What a suite does to a packet.
mod transform;
/// Packet indices: guessed, and seen once (RFC 3711 §3.3.1, §3.3.2).
mod window;

pub use error::{KeyError, ProtectError, UnprotectError};
pub use inbound::Inbound;
pub use key::{MasterKey, Mki};
pub use outbound::Outbound;
pub use suite::Suite;
