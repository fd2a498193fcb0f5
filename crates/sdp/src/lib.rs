//! Session descriptions (RFC 8866) and the offer/answer engine (RFC 3264).
//!
//! No I/O, no clock, `no_std` with `alloc`. Two layers, each of use without the other:
//!
//! - [`SessionDescription`] is a view over the octets of a description. It copies nothing; lines and
//!   attributes are typed when they are asked for. [`Writer`] is its counterpart for what is sent.
//! - [`negotiation::Negotiator`] makes offers, answers them and takes in answers, for one audio stream with
//!   telephone-event, and video and text beside it, over the whole life of a call: hold, resume, other addresses, other codecs,
//!   streams that come and go.
//!
//! ```
//! use sdp::negotiation::{CodecOffer, LocalMedia, Negotiator};
//! use sdp::{Codec, SessionDescription};
//!
//! let offer = b"v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
//!               m=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";
//! let description = SessionDescription::parse(offer)?;
//! let media = description.media().next().unwrap();
//! assert_eq!((media.kind(), media.port()), ("audio", 49170));
//!
//! let local = LocalMedia::new("192.0.2.1".parse()?, 10_000, vec![CodecOffer::from(Codec::PCMA)]);
//! let (answer, agreed) = Negotiator::new(7, "-").answer(offer, &local)?;
//! assert!(answer.contains("m=audio 10000 RTP/AVP 8 101\r\n"));
//! assert_eq!(agreed.codec, Codec::PCMA);
//! assert_eq!(agreed.remote, Some("192.0.2.9:49170".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | standard | what of it |
//! | --- | --- |
//! | RFC 8866 | all lines as text; `o=`, `c=`, `m=`, `a=` typed |
//! | RFC 3264 | one audio stream; video and text beside it where they are wanted; every other stream is refused with port 0 |
//! | RFC 2198 | `red` beside what it carries; in sound, of one codec |
//! | RFC 3551 | static payload types; `RTP/AVP`, and `RTP/AVPF`; `a=rtcp-fb` (RFC 4585, 5104) of video |
//! | RFC 3605, 5761 | `a=rtcp`; `a=rtcp-mux` where the owner of the sockets allows it |
//! | RFC 3611 | `a=rtcp-xr`: VoIP metrics and round trips where the peer asks for them |
//! | RFC 4568, 8643 | `a=crypto` typed; `RTP/SAVP` and `RTP/SAVPF` with one key; with `RTP/AVP` where protection is not demanded |
//! | RFC 4103 | `m=text` |
//! | RFC 4733 | telephone-event on the clock of the codec |
//! | RFC 5888, 9143 | `a=mid` repeated; bundles refused |
//! | RFC 6184 and others | what of `a=fmtp` tells formats of video apart |
//!
//! Left out so far: keys made by DTLS (refused with a reason of their own), T.38, ICE.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod attribute;
mod codec;
pub use codec::Codec;
mod connection;
pub use connection::{Connection, Host};
mod description;
pub use description::{MAX_BYTES, MAX_LINES, MAX_MEDIA, SessionDescription};
mod direction;
pub use direction::Direction;
mod error;
pub use error::{SdpError, ValueError};
#[doc(hidden)]
pub mod fuzzing;
mod host_names;
pub use host_names::{host_names, with_addresses};
mod line;
pub use line::{Line, Lines};
mod media;
pub use media::{Media, MediaIter, Profile};
pub mod negotiation;
mod origin;
pub use origin::{Origin, OwnOrigin};
mod words;
mod write;
pub use write::Writer;
