//! The media of one SIP session: its leg, its offers and its answers.

use std::net::IpAddr;
use std::sync::Arc;

use media_bridge::{Codec, Direction, EventPayload, Leg, LegSettings};
use sdp::negotiation::{CodecOffer, LocalMedia, Negotiated, NegotiationError, Negotiator, Preference};
use sip_ua::user_agent::Body;

use super::endpoint::SipEndpoint;
use crate::call::Call;
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
    address: IpAddr,
    prefer: Option<Codec>,
    agreed: bool,
}

impl SessionMedia {
    /// Media over `leg`, described as living at `address`.
    pub(super) fn new(
        leg: Arc<Leg>,
        endpoint: Arc<SipEndpoint>,
        address: IpAddr,
        prefer: Option<Codec>,
        session_id: u64,
    ) -> Self {
        let negotiator = Negotiator::new(session_id, "-").with_preference(Preference::Remote);
        Self { leg, negotiator, endpoint, address, prefer, agreed: false }
    }

    /// Our address, as descriptions say it.
    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    /// The endpoint that it belongs to.
    pub(super) fn endpoint(&self) -> &SipEndpoint {
        &self.endpoint
    }

    /// True once both sides have agreed on the media.
    pub(super) fn is_agreed(&self) -> bool {
        self.agreed
    }

    /// Our offer.
    pub(super) fn offer(&mut self) -> Body {
        let local = self.local();
        Body::sdp(self.negotiator.offer(&local))
    }

    /// Our answer to an offer, and what it changed.
    pub(super) fn answer(&mut self, offer: &[u8]) -> Result<(Body, Agreement), NegotiationError> {
        let local = self.local();
        let (answer, negotiated) = self.negotiator.answer(offer, &local)?;
        let agreement = self.apply(&negotiated);
        Ok((Body::sdp(answer), agreement))
    }

    /// Takes in the answer to our offer.
    pub(super) fn accept(&mut self, answer: &[u8]) -> Result<Agreement, NegotiationError> {
        let negotiated = self.negotiator.accept(answer)?;
        Ok(self.apply(&negotiated))
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
            telephone_event: negotiated
                .telephone_event
                .map(|event| EventPayload { send: event.send, receive: event.receive }),
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
        })
    }

    fn local(&self) -> LocalMedia {
        let mut codecs = self.endpoint.codecs.clone();
        if let Some(at) = self.prefer.and_then(|p| codecs.iter().position(|c| *c == p)) {
            codecs[..=at].rotate_right(1);
        }
        LocalMedia {
            address: self.address,
            port: self.leg.rtp_address().port(),
            rtcp_port: None,
            codecs: codecs.into_iter().map(offer_of).collect(),
            telephone_event: self.endpoint.telephone_event.then_some(TELEPHONE_EVENT),
            direction: sdp::Direction::SendRecv,
            ptime: PTIME,
        }
    }
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
