//! The media of one SIP session: its leg, its offers and its answers.

use std::net::IpAddr;
use std::sync::Arc;

use media_bridge::{Codec, Direction, EventPayload, Leg, LegSettings};
use sdp::negotiation::{CodecOffer, LocalMedia, Negotiated, NegotiationError, Negotiator, Preference};
use sip_ua::transport::Flow;
use sip_ua::user_agent::Body;

use super::endpoint::SipEndpoint;
use crate::call::Call;
use crate::direct_media::{MediaPlace, PartyMedia};
use crate::technology::Report;

/// Payload type of telephone-event in our own offers, the one that everybody uses.
const TELEPHONE_EVENT: u8 = 101;

/// Packet duration in our own offers, in milliseconds.
const PTIME: u16 = 20;

/// What a session description changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Agreement {
    /// The codec of both directions.
    pub(super) codec: Option<Codec>,
    /// The far end has put us on hold.
    pub(super) held: bool,
}

impl Agreement {
    /// Reports it to the channel.
    pub(super) fn tell(self, call: &Call) {
        if let Some(codec) = self.codec {
            call.report(Report::Codec(codec));
        }
        call.report(if self.held { Report::Held } else { Report::Resumed });
    }
}

/// Offers, answers and the leg that follows them.
pub(super) struct SessionMedia {
    pub(super) leg: Arc<Leg>,
    negotiator: Negotiator,
    endpoint: Arc<SipEndpoint>,
    seen: Seen,
    prefer: Option<Codec>,
    agreed: bool,
    /// Whose media the phone was told of, and has agreed to; `None` for ours.
    told: Option<MediaPlace>,
    /// The same in our last offer.
    offered: Option<MediaPlace>,
}

/// How a phone and we see each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Our address, as descriptions say it.
    pub(super) address: IpAddr,
    /// It is another one than that of our socket.
    pub(super) outside: bool,
    /// Where the phone's messages come from.
    pub(super) peer: IpAddr,
}

impl Seen {
    /// Over `flow`, which has our media described at `address`.
    pub(super) fn over(flow: &Flow, address: IpAddr) -> Self {
        Self { address, outside: address != flow.local.ip(), peer: flow.remote.ip() }
    }
}

impl SessionMedia {
    /// Media over `leg` with a phone that is seen so.
    pub(super) fn new(
        leg: Arc<Leg>,
        endpoint: Arc<SipEndpoint>,
        seen: Seen,
        prefer: Option<Codec>,
        session_id: u64,
    ) -> Self {
        let negotiator = Negotiator::new(session_id, "-").with_preference(Preference::Remote);
        Self { leg, negotiator, endpoint, seen, prefer, agreed: false, told: None, offered: None }
    }

    /// Our address, as descriptions say it.
    pub(super) fn address(&self) -> IpAddr {
        self.seen.address
    }

    /// The endpoint that it belongs to.
    pub(super) fn endpoint(&self) -> &SipEndpoint {
        &self.endpoint
    }

    /// True once both sides have agreed on the media.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed
    }

    /// Whose media the phone was told of; `None` for ours.
    pub(super) fn told(&self) -> Option<MediaPlace> {
        self.told
    }

    /// Our offer: of our own media, or with that of another party in its place.
    pub(super) fn offer(&mut self, to: Option<MediaPlace>, prefer: Option<Codec>) -> Body {
        self.prefer = prefer.or(self.prefer);
        self.offered = to;
        let local = self.local(to);
        Body::sdp(self.negotiator.offer(&local))
    }

    /// Our answer to an offer, and what it changed. It names the media of another party, unless that does not fit or the
    /// phone puts the call on hold: then it is ours to be heard.
    pub(super) fn answer(
        &mut self,
        offer: &[u8],
        to: Option<MediaPlace>,
    ) -> Result<(Body, Agreement), NegotiationError> {
        let direct = to.and_then(|place| {
            let mut attempt = self.negotiator.clone();
            let answered = attempt.answer(offer, &self.local(Some(place))).ok();
            Some((attempt, answered.filter(|(_, negotiated)| !negotiated.remote_hold)?))
        });
        let (answer, negotiated) = match direct {
            Some((attempt, answered)) => {
                self.negotiator = attempt;
                self.told = to;
                answered
            }
            None => {
                let answered = self.negotiator.answer(offer, &self.local(None))?;
                self.told = None;
                answered
            }
        };
        let agreement = self.apply(&negotiated);
        Ok((Body::sdp(answer), agreement))
    }

    /// Takes in the answer to our offer.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<Agreement, NegotiationError> {
        let negotiated = self.negotiator.accept(answer)?;
        self.told = self.offered;
        Ok(self.apply(&negotiated))
    }

    /// Where the phone's media is, for another party to send to.
    pub(super) fn party(&self) -> Option<PartyMedia> {
        let negotiated = self.negotiator.current().filter(|_| self.agreed)?;
        let mut party = PartyMedia::new(negotiated.remote?, codec_of(&negotiated.codec)?);
        party.rtcp = negotiated.remote_rtcp;
        let (send, receive) = (negotiated.send_payload_type, negotiated.receive_payload_type);
        party.payload_types = EventPayload { send, receive };
        party.telephone_event = events_of(negotiated);
        (party.held, party.ptime) = (negotiated.remote_hold, negotiated.ptime);
        party.outside = self.seen.outside;
        party.signalling = Some(self.seen.peer);
        party.symmetric = self.endpoint.symmetric_media;
        let options = &self.endpoint.direct_media;
        (party.avoids_nat, party.early) = (options.avoid_nat, options.early);
        party.peers.clone_from(&options.peers);
        Some(party)
    }

    fn apply(&mut self, negotiated: &Negotiated) -> Agreement {
        self.agreed = true;
        if let Some(settings) = self.settings(negotiated) {
            self.leg.configure(settings);
        }
        Agreement { codec: codec_of(&negotiated.codec), held: negotiated.remote_hold }
    }

    fn settings(&self, negotiated: &Negotiated) -> Option<LegSettings> {
        let codec = codec_of(&negotiated.codec)?;
        Some(LegSettings {
            remote: negotiated.remote,
            remote_rtcp: negotiated.remote_rtcp,
            rtcp_mux: negotiated.rtcp_mux,
            codec,
            send_payload_type: negotiated.send_payload_type,
            receive_payload_type: negotiated.receive_payload_type,
            telephone_event: events_of(negotiated),
            direction: match negotiated.direction {
                sdp::Direction::SendRecv => Direction::SendRecv,
                sdp::Direction::SendOnly => Direction::SendOnly,
                sdp::Direction::RecvOnly => Direction::RecvOnly,
                sdp::Direction::Inactive => Direction::Inactive,
            },
            ptime_ms: negotiated.ptime,
            symmetric: self.endpoint.symmetric_media,
            strict: self.endpoint.strict_media,
            rtp_timeout: self.endpoint.rtp_timeout,
            rtp_timeout_hold: self.endpoint.rtp_timeout_hold,
            away: self.told.is_some(),
        })
    }

    /// What we describe: our own media, or that of another party.
    fn local(&self, to: Option<MediaPlace>) -> LocalMedia {
        let Some(place) = to else { return self.own() };
        LocalMedia {
            address: place.rtp.ip(),
            port: place.rtp.port(),
            // A host of its own for RTCP cannot be told beside the port.
            rtcp_port: place.rtcp.filter(|rtcp| rtcp.ip() == place.rtp.ip()).map(|rtcp| rtcp.port()),
            codecs: vec![CodecOffer { payload_type: place.payload_type, ..offer_of(place.codec) }],
            telephone_event: place.telephone_event,
            direction: sdp::Direction::SendRecv,
            ptime: place.ptime,
        }
    }

    fn own(&self) -> LocalMedia {
        let mut codecs = self.endpoint.codecs.clone();
        if let Some(at) = self.prefer.and_then(|p| codecs.iter().position(|c| *c == p)) {
            codecs[..=at].rotate_right(1);
        }
        LocalMedia {
            address: self.seen.address,
            port: self.leg.rtp_address().port(),
            rtcp_port: None,
            codecs: codecs.into_iter().map(offer_of).collect(),
            telephone_event: self.endpoint.telephone_event.then_some(TELEPHONE_EVENT),
            direction: sdp::Direction::SendRecv,
            ptime: PTIME,
        }
    }
}

fn events_of(negotiated: &Negotiated) -> Option<EventPayload> {
    negotiated.telephone_event.map(|event| EventPayload { send: event.send, receive: event.receive })
}

/// How a codec of the media plane is written in a session description.
fn offer_of(codec: Codec) -> CodecOffer {
    match codec {
        Codec::Pcma => CodecOffer::from(sdp::Codec::PCMA),
        _ => CodecOffer::from(sdp::Codec::PCMU),
    }
}

/// The codec of the media plane that a session description means.
fn codec_of(codec: &sdp::Codec) -> Option<Codec> {
    if *codec == sdp::Codec::PCMU {
        Some(Codec::Pcmu)
    } else if *codec == sdp::Codec::PCMA {
        Some(Codec::Pcma)
    } else {
        None
    }
}
