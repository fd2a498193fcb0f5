//! What our side can do and wants.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::lines::LocalLine;
use super::protection::Protection;
use crate::codec::Codec;
use crate::direction::Direction;

/// Our side of the audio stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalMedia {
    /// Where the peer shall send to. An unspecified address (`0.0.0.0`) means that we receive nothing.
    pub address: IpAddr,
    /// Our RTP port.
    pub port: u16,
    /// Our RTCP port; `None` for the one after `port`.
    pub rtcp_port: Option<u16>,
    /// What we can send and receive, best first. telephone-event is not listed here.
    pub codecs: Vec<CodecOffer>,
    /// The payload type of telephone-event in our own offers; `None` when we want no events.
    pub telephone_event: Option<u8>,
    /// What we want to do: `sendrecv`, or `sendonly` and `inactive` to hold the peer.
    pub direction: Direction,
    /// Audio in one packet that we would like, in milliseconds.
    pub ptime: u16,
    /// Keys for Secure RTP; `None` for plain RTP alone.
    pub protection: Option<Protection>,
    /// Redundant data (RFC 2198) of what we can send and receive may be agreed on.
    pub redundancy: bool,
    /// Streams beside the audio: an answer refuses others than these, an offer closes them.
    pub lines: Vec<LocalLine>,
}

impl LocalMedia {
    /// Two-way audio with 20 ms packets and telephone-event as 101, not protected.
    pub fn new(address: IpAddr, port: u16, codecs: Vec<CodecOffer>) -> Self {
        Self {
            address,
            port,
            rtcp_port: None,
            codecs,
            telephone_event: Some(101),
            direction: Direction::SendRecv,
            ptime: 20,
            protection: None,
            redundancy: false,
            lines: Vec::new(),
        }
    }

    /// The direction that is possible: nothing comes to an unspecified address.
    pub(super) fn possible_direction(&self) -> Direction {
        self.direction.and(Direction::new(true, !self.address.is_unspecified()))
    }
}

/// One codec that we offer or accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecOffer {
    /// The codec.
    pub codec: Codec,
    /// The payload type that we would like in our own offers. A number that is taken, or has another meaning
    /// by RFC 3551, is replaced by a free one.
    pub payload_type: u8,
    /// Our format parameters, the text of `a=fmtp` after the number: what we want to receive.
    pub fmtp: Option<String>,
}

/// With the static payload type, or the first dynamic one (96) where there is none; without parameters.
impl From<Codec> for CodecOffer {
    fn from(codec: Codec) -> Self {
        let payload_type = codec.static_payload_type().unwrap_or(96);
        Self { codec, payload_type, fmtp: None }
    }
}

/// Whose order of codecs an answer follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preference {
    /// Ours, restricted to what the offer has. Keeps an exchange on the codec that its owner put first.
    #[default]
    Local,
    /// The offerer's, restricted to what we have; what RFC 3264 §6.1 recommends to end devices.
    Remote,
}

/// The events that we can receive: digits, `*`, `#`, A to D, and flash (RFC 4733 §2.4.1, §3.2).
pub(super) const EVENTS: &str = "0-16";
