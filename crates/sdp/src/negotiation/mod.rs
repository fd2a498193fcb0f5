//! Offer and answer (RFC 3264) for one audio stream, and for video and text beside it.
//!
//! [`Negotiator`] lives as long as the session. Whoever wants to change something calls
//! [`offer`](Negotiator::offer) and hands the peer's description to [`accept`](Negotiator::accept); a description
//! that comes unasked is an offer and goes to [`answer`](Negotiator::answer). Both yield [`Negotiated`], which holds
//! all that a media leg has to know. A call that fails leaves the session as it was.
//!
//! What we do where the RFC leaves a choice:
//!
//! - **Which stream.** The audio stream that is in use already, else the first open one over `RTP/AVP` or `RTP/AVPF`
//!   with a codec in common, or over `RTP/SAVP` or `RTP/SAVPF` where [`Protection`] allows it: a phone that offers an encrypted stream and
//!   a plain one gets the first that we may take. All others,
//!   are refused with port 0 in their place, unless they are among [`LocalMedia::lines`]: video and text, which are agreed on
//!   one by one, and none of which is needed. An error is told of the audio alone.
//! - **Bundles.** None: every stream has ports of its own. An answer repeats the names of streams (RFC 5888) and groups none of
//!   them, which refuses a bundle (RFC 9143 §7.3.1).
//! - **Which codec.** The answer lists every codec in common, by [`Preference`]: in our order unless said otherwise.
//!   Both sides send the first one that carries speech.
//! - **Which numbers.** An answer keeps the offerer's payload types. In our own offers a number once given keeps its
//!   meaning for the whole session (RFC 3264 §8.3.2). An answer to our offer may use other numbers; then each side
//!   sends with the number that the other asked for.
//! - **telephone-event** goes with the clock of the codec (RFC 4733 §2.1), and where the peer has none on that clock,
//!   with 8 kHz, as most phones do beside Opus.
//! - **Redundant sound** (RFC 2198) is agreed on where [`LocalMedia::redundancy`] lets it: of one codec in each format, and in as many
//!   formats as there are clocks. An answer names it before its codec where the offer does, which is how a peer says that it would
//!   rather have it.
//! - **Hold** is `sendonly`, `inactive`, the address `0.0.0.0` or `::` (RFC 2543), and port 0 in a later offer.
//! - **Packet time.** The peer's `ptime`, within its `maxptime` and 10 to 60 ms, in steps of 10 ms; ours where the
//!   peer does not care, or where [`PacketTime::Ours`] is wanted. The answer says it, so that both directions are alike.
//! - **Keys.** An answer follows the first `a=crypto` of the offer whose suite is ours, with one key, and no session
//!   parameter that changes how packets are protected. Streams that need not be protected are, where both sides tell keys
//!   over `RTP/AVP` (RFC 8643).
//! - **Extended reports.** An answer asks for those of VoIP metrics and round trips that the offer asked for; offers of ours do
//!   so once the peer has.
//! - **Version.** `o=` counts up only when the description has changed (RFC 3264 §8).

mod accept;
mod answer;
mod choice;
mod draft;
mod error;
mod extended_reports;
mod feedback;
pub use error::NegotiationError;
pub use extended_reports::ExtendedReports;
pub use feedback::Feedback;
mod formats;
mod ground;
mod lines;
pub use lines::{LineKind, LocalLine, NegotiatedLine, OfferedLine};
mod local;
pub use local::{CodecOffer, LocalMedia, Preference};
mod negotiated;
pub use negotiated::{CommonCodec, EventPayload, Negotiated, RedundantAudio};
mod negotiator;
pub use negotiator::Negotiator;
mod packet_time;
pub use packet_time::PacketTime;
mod packing;
pub use packing::video_variant;
mod passed;
mod payload_types;
mod protection;
pub use protection::{AgreedProtection, Protection, StreamKey};
mod redundancy;
mod remote;
