//! Streams beside the audio: video and text, which are passed on as they come.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::feedback::Feedback;
use super::local::CodecOffer;
use super::negotiated::CommonCodec;
use super::protection::{AgreedProtection, Protection};
use crate::codec::Codec;
use crate::direction::Direction;

/// What a stream beside the audio carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LineKind {
    /// `m=video`.
    Video,
    /// `m=text`: text as it is typed (ITU-T T.140, RFC 4103).
    Text,
}

impl LineKind {
    /// The word of the `m=` line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Text => "text",
        }
    }

    /// The kind of an `m=` line, where it is one of these.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Video, Self::Text].into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// A stream that an offer has open, and that could be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedLine {
    /// Its place among the `m=` lines, from 0.
    pub place: usize,
    /// What it carries.
    pub kind: LineKind,
    /// Its formats with their numbers and parameters, best first.
    pub codecs: Vec<CodecOffer>,
    /// What the offerer may be asked.
    pub feedback: Feedback,
    /// What may be sent to the offerer, in kbit/s, where it says so.
    pub bandwidth: Option<u32>,
}

/// Our side of a stream beside the audio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalLine {
    /// Its place among the `m=` lines: that of the line in the offer that is answered, or what
    /// [`Negotiator::place_for`](super::Negotiator::place_for) gives for an offer.
    pub place: usize,
    /// What it carries.
    pub kind: LineKind,
    /// Where it is; `None` for the address of the audio.
    pub address: Option<IpAddr>,
    /// Our RTP port.
    pub port: u16,
    /// Our RTCP port; `None` for the next one.
    pub rtcp_port: Option<u16>,
    /// What we can receive, best first, with the parameters that we say. Parameters of `red` name the payload types that the
    /// others in this list ask for.
    pub codecs: Vec<CodecOffer>,
    /// What we may be asked.
    pub feedback: Feedback,
    /// What may be sent to us, in kbit/s.
    pub bandwidth: Option<u32>,
    /// What we want to do.
    pub direction: Direction,
    /// Keys for Secure RTP; `None` for plain RTP alone.
    pub protection: Option<Protection>,
}

/// An agreed stream beside the audio, from our point of view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NegotiatedLine {
    /// Its place among the `m=` lines.
    pub place: usize,
    /// What it carries.
    pub kind: LineKind,
    /// Where to send RTP; `None` when nothing may be sent.
    pub remote: Option<SocketAddr>,
    /// Where to send RTCP.
    pub remote_rtcp: Option<SocketAddr>,
    /// RTP and RTCP share a port, in both directions (RFC 5761).
    pub rtcp_mux: bool,
    /// What we do: send, receive, both, nothing.
    pub direction: Direction,
    /// Every format in common, in the order of the answer.
    pub common: Vec<CommonCodec>,
    /// What the peer may be asked.
    pub feedback: Feedback,
    /// What may be sent to the peer, in kbit/s, where it says so.
    pub bandwidth: Option<u32>,
    /// What protects the stream; `None` for plain RTP.
    pub protection: Option<AgreedProtection>,
}

/// A format with its number and parameters, as a description has it.
pub(super) fn offer_of(payload_type: u8, codec: Codec, fmtp: Option<String>) -> CodecOffer {
    CodecOffer { codec, payload_type, fmtp }
}
