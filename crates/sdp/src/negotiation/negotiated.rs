//! What both sides have agreed on.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::extended_reports::ExtendedReports;
use super::lines::NegotiatedLine;
use super::protection::AgreedProtection;
use crate::codec::Codec;
use crate::direction::Direction;

/// The agreed audio stream, from our point of view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Where to send RTP. `None` when nothing may be sent there: the peer's address is `0.0.0.0` or `::`, or it
    /// closed the stream.
    pub remote: Option<SocketAddr>,
    /// Where to send RTCP: `a=rtcp`, else the port after that of RTP, or the same one with `rtcp_mux`.
    pub remote_rtcp: Option<SocketAddr>,
    /// The codec to send: the first in common that carries speech.
    pub codec: Codec,
    /// Payload type of what we send.
    pub send_payload_type: u8,
    /// Payload type of what we receive; another one than we send with where the peer chose so.
    pub receive_payload_type: u8,
    /// telephone-event, when both sides want it: on the clock of `codec`, else on 8 kHz.
    pub telephone_event: Option<EventPayload>,
    /// The same on clocks of other codecs in common, each once.
    pub other_events: Vec<EventPayload>,
    /// What we do: send, receive, both, nothing.
    pub direction: Direction,
    /// The peer does not want to hear us, though we would have something to say: it has put us on hold.
    pub remote_hold: bool,
    /// Audio in each packet that we send, in milliseconds: 10 to 60, in steps of 10.
    pub ptime: u16,
    /// The same as the peer asks for it, whether or not we follow; what we send where it does not care.
    pub wanted_ptime: u16,
    /// The peer takes no packets with more audio than that, in milliseconds (`a=maxptime`, RFC 8866 §6.5).
    pub maxptime: Option<u16>,
    /// RTP and RTCP share a port, in both directions (RFC 5761).
    pub rtcp_mux: bool,
    /// What the peer would like to be told in extended reports.
    pub extended_reports: ExtendedReports,
    /// What protects the stream; `None` for plain RTP.
    pub protection: Option<AgreedProtection>,
    /// Redundant data (RFC 2198) of codecs in common, each of one; none without [`LocalMedia::redundancy`](super::LocalMedia::redundancy).
    pub redundancy: Vec<RedundantAudio>,
    /// Every codec in common, in the order of the answer; the peer may change among them at any time.
    pub common: Vec<CommonCodec>,
    /// What goes along with the audio: video and text.
    pub lines: Vec<NegotiatedLine>,
}

/// A codec that both sides have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonCodec {
    /// The codec.
    pub codec: Codec,
    /// Payload type for what we send.
    pub send_payload_type: u8,
    /// Payload type of what we receive.
    pub receive_payload_type: u8,
    /// The peer's format parameters, the text of its `a=fmtp`: what it wants to receive.
    pub fmtp: Option<String>,
}

/// Redundant data of a codec that both sides have (RFC 2198).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedundantAudio {
    /// `red` with its clock.
    pub format: Codec,
    /// The codec that is in it.
    pub codec: Codec,
    /// Payload type for what we send.
    pub send_payload_type: u8,
    /// Payload type of what we receive.
    pub receive_payload_type: u8,
    /// Payload type of `codec` in what we send.
    pub carries: u8,
    /// Payload types of what a packet that we receive repeats, where that is in other codecs than `codec`, all of them among
    /// [`Negotiated::common`]. Then we send none: the peer has not said that it takes `codec` there.
    pub others: Vec<u8>,
    /// Packets that the peer lets one repeat, 1 to 3; 0 where we send none.
    pub repeated: u8,
    /// The peer names it before its codec: it would rather have it so.
    pub preferred: bool,
}

/// The payload types of telephone-event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventPayload {
    /// For events that we send.
    pub send: u8,
    /// For events that we receive.
    pub receive: u8,
    /// The clock in which durations and time stamps of events count, in hertz: that of the codec, or 8000 where
    /// the peer has no events on that clock.
    pub clock_rate: u32,
}
