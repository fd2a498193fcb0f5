//! Media that goes from phone to phone, past the exchange.
//!
//! Two parties in a bridge may send their audio straight to each other where nothing needs it here, and their video and text
//! with it: all of it or nothing, so that what is seen and what is heard take one way. Who decides what:
//!
//! - a technology tells where its party takes media in ([`PartyMedia`]), and carries out where it is sent
//!   ([`MediaRoute`]); what it says to the phone for that is its own affair;
//! - [`obstacle`](rules::obstacle) says what stands between two parties;
//! - [`Meeting`](meeting::Meeting), one for each bridge, says what either party is told, whatever changes;
//! - [`Pair`](pair::Pair) carries that between the channels and the meeting.
//!
//! When a bridge ends, its parties are left as they are: one that is hung up next gets no message for nothing. The audio
//! comes back with the first thing that is done with the channel: an application, a prompt, another bridge.

mod early;
mod meeting;
mod pair;
mod rules;
mod streams;

use std::net::{IpAddr, SocketAddr};

use media_bridge::{Codec, CodecPayload, EventPayload};
use sip_ua::guard::AccessList;

pub(crate) use early::{offered, settle};
pub use pair::MediaAnchor;
pub(crate) use pair::{MediaStanding, Pair};
pub use streams::StreamPlace;
pub(crate) use streams::numbered;

/// Where a party takes its media in, what it speaks, and what it puts up with: told by its technology with
/// [`Report::Media`](crate::Report::Media).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartyMedia {
    /// Where it takes RTP in.
    pub rtp: SocketAddr,
    /// Where it takes RTCP in; `None` for the port above.
    pub rtcp: Option<SocketAddr>,
    /// Its codec.
    pub codec: Codec,
    /// Payload types of the codec: what it wants to get, and what it was asked to send.
    pub payload_types: CodecPayload,
    /// The same of telephone-event (RFC 4733), if it has that.
    pub telephone_event: Option<EventPayload>,
    /// Milliseconds of sound in a packet that it likes to get.
    pub ptime: u16,
    /// Its sound is listened to for keys, so that it must come by us.
    pub listened_to: bool,
    /// It has put the call on hold.
    pub held: bool,
    /// It sees us under another address than our own, beyond a translator.
    pub outside: bool,
    /// Where its signalling comes from.
    pub signalling: Option<IpAddr>,
    /// It must not be sent elsewhere if a translator stands before it.
    pub avoids_nat: bool,
    /// Media for it goes where its own comes from, rather than where it says.
    pub symmetric: bool,
    /// It may be sent elsewhere before the call is answered.
    pub early: bool,
    /// Where those may be that it talks to directly: each list must let the address in.
    pub peers: Vec<AccessList>,
    /// Where its packets came from, as far as any have come.
    pub heard_from: Option<SocketAddr>,
    /// Its video and text, in the order of its description.
    pub streams: Vec<StreamPlace>,
}

impl PartyMedia {
    /// A party at `rtp` without telephone-event that puts up with everything.
    pub fn new(rtp: SocketAddr, codec: Codec) -> Self {
        let payload_type = codec.static_payload_type().unwrap_or(96);
        Self {
            rtp,
            rtcp: None,
            codec,
            payload_types: CodecPayload { codec, send: payload_type, receive: payload_type },
            telephone_event: None,
            ptime: 20,
            listened_to: false,
            held: false,
            outside: false,
            signalling: None,
            avoids_nat: false,
            symmetric: false,
            early: false,
            peers: Vec::new(),
            heard_from: None,
            streams: Vec::new(),
        }
    }

    /// Where its packets come from, if it was found elsewhere than it says: behind a translator.
    fn found(&self) -> Option<SocketAddr> {
        self.heard_from.filter(|from| self.symmetric && *from != self.rtp)
    }

    /// What a party with `own` media has to be told to send to this one.
    pub fn place_for(&self, own: &PartyMedia) -> MediaPlace {
        MediaPlace { streams: streams::told(self, own), ..self.place() }
    }

    /// What another party has to be told to send its audio to this one.
    pub fn place(&self) -> MediaPlace {
        let found = self.found();
        MediaPlace {
            rtp: found.unwrap_or(self.rtp),
            rtcp: self.rtcp.filter(|_| found.is_none()),
            codec: self.codec,
            payload_type: self.payload_types.send,
            telephone_event: self.telephone_event.map(|event| event.send),
            ptime: self.ptime,
            streams: Vec::new(),
        }
    }
}

/// What a party is told of another one, to send its media there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPlace {
    /// Where RTP goes.
    pub rtp: SocketAddr,
    /// Where RTCP goes; `None` for the port above.
    pub rtcp: Option<SocketAddr>,
    /// The codec that is understood there.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// The payload type of telephone-event, if that is understood.
    pub telephone_event: Option<u8>,
    /// Milliseconds of sound in a packet.
    pub ptime: u16,
    /// Its video and text, as far as both have it.
    pub streams: Vec<StreamPlace>,
}

/// Where the media of a party goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaRoute {
    /// To us.
    Here {
        /// The codec that would spare a translation.
        prefer: Option<Codec>,
    },
    /// To another party.
    Direct(MediaPlace),
}

impl MediaRoute {
    /// The other party's place, if it goes there.
    pub fn place(&self) -> Option<&MediaPlace> {
        match self {
            Self::Here { .. } => None,
            Self::Direct(place) => Some(place),
        }
    }
}
