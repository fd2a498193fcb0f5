//! What was agreed on with a phone, in the words of the media plane: the settings of its leg.

use media_bridge::{
    ALTERNATIVES, Codec, CodecPayload, ComfortNoise, Direction, EVENT_TIMEOUT, EventPayload, ExtendedReports,
    LegSettings, OTHER_EVENTS, REDUNDANCIES, RedundantPayloads,
};
use sdp::negotiation::Negotiated;

use super::SessionMedia;
use super::codec_names::codec_of;
use crate::sip::digits::DigitMode;

impl SessionMedia {
    /// What the leg is to do, as far as the media plane knows the codec.
    pub(super) fn settings(&self, negotiated: &Negotiated) -> Option<LegSettings> {
        let codec = self.spoken(codec_of(&negotiated.codec)?);
        let digits = self.digit_mode.agreed(negotiated.telephone_event.is_some());
        Some(LegSettings {
            remote: negotiated.remote,
            remote_rtcp: negotiated.remote_rtcp,
            rtcp_mux: negotiated.rtcp_mux,
            codec,
            send_payload_type: negotiated.send_payload_type,
            receive_payload_type: negotiated.receive_payload_type,
            telephone_event: events_of(negotiated),
            other_events: other_events(negotiated),
            comfort_noise: comfort_noise(negotiated),
            redundancy: redundancy(negotiated),
            digits_in_sound: digits == DigitMode::Sound,
            digits_elsewhere: matches!(digits, DigitMode::Info | DigitMode::None),
            direction: direction_of(negotiated.direction),
            alternatives: alternatives(negotiated).map(|alternative| {
                alternative.map(|payload| CodecPayload { codec: self.spoken(payload.codec), ..payload })
            }),
            opus: self.opus(negotiated).settings(self.endpoint.rtp.opus),
            opus_captured: self.opus(negotiated).max_capture_rate,
            asymmetric: self.endpoint.rtp.asymmetric_codec,
            ptime_ms: negotiated.ptime,
            repack: self.endpoint.rtp.repacks(),
            longest_ms: negotiated.maxptime,
            symmetric: self.endpoint.symmetric_media,
            strict: self.endpoint.strict_media,
            learning: self.endpoint.rtp.learning,
            signalling: Some(self.seen.peer),
            announced: self.announced,
            rtcp_interval: self.endpoint.rtp.rtcp_interval,
            extended_reports: ExtendedReports {
                voip_metrics: negotiated.extended_reports.voip_metrics,
                round_trip: negotiated.extended_reports.round_trip,
            },
            event_timeout: self.endpoint.rtp.event_timeout.unwrap_or(EVENT_TIMEOUT),
            keepalive: self.endpoint.rtp.keepalive,
            rtp_timeout: self.endpoint.rtp_timeout.filter(|_| self.answered),
            rtp_timeout_hold: self.endpoint.rtp_timeout_hold.filter(|_| self.answered),
            away: self.told.is_some(),
        })
    }

    /// What the phone has said of Opus.
    fn opus(&self, negotiated: &Negotiated) -> opus::Parameters {
        let asked = negotiated.common.iter().find(|common| codec_of(&common.codec) == Some(Codec::Opus));
        let asked = asked.and_then(|common| common.fmtp.as_deref());
        opus::Parameters::parse(asked.unwrap_or_default())
    }
}

/// Which way media flows, in the words of the media plane.
pub(in crate::sip) fn direction_of(direction: sdp::Direction) -> Direction {
    match direction {
        sdp::Direction::SendRecv => Direction::SendRecv,
        sdp::Direction::SendOnly => Direction::SendOnly,
        sdp::Direction::RecvOnly => Direction::RecvOnly,
        sdp::Direction::Inactive => Direction::Inactive,
    }
}

/// Comfort noise, where both sides have named it.
pub(super) fn comfort_noise(negotiated: &Negotiated) -> Option<ComfortNoise> {
    let named = negotiated.common.iter().find(|common| common.codec == sdp::Codec::COMFORT_NOISE)?;
    Some(ComfortNoise { send: named.send_payload_type, receive: named.receive_payload_type })
}

/// Redundant data of codecs that are in use.
fn redundancy(negotiated: &Negotiated) -> [Option<RedundantPayloads>; REDUNDANCIES] {
    let in_use = negotiated.redundancy.iter().filter(|red| {
        negotiated
            .common
            .iter()
            .any(|common| common.send_payload_type == red.carries && common.codec == red.codec)
    });
    let mut places = [None; REDUNDANCIES];
    for (place, red) in places.iter_mut().zip(in_use) {
        *place = Some(RedundantPayloads {
            send: red.send_payload_type,
            receive: red.receive_payload_type,
            carries: red.carries,
            generations: red.repeated,
            preferred: red.preferred,
        });
    }
    places
}

/// Telephone-events on the clock of the codec that we send.
pub(super) fn events_of(negotiated: &Negotiated) -> Option<EventPayload> {
    negotiated.telephone_event.map(event_of)
}

fn event_of(event: sdp::negotiation::EventPayload) -> EventPayload {
    let sdp::negotiation::EventPayload { send, receive, clock_rate } = event;
    EventPayload { send, receive, clock_rate }
}

/// Telephone-events on the clocks of codecs that the phone may change to.
fn other_events(negotiated: &Negotiated) -> [Option<EventPayload>; OTHER_EVENTS] {
    let mut places = [None; OTHER_EVENTS];
    for (place, event) in places.iter_mut().zip(&negotiated.other_events) {
        *place = Some(event_of(*event));
    }
    places
}

/// What the phone may change to beside the codec that we send.
fn alternatives(negotiated: &Negotiated) -> [Option<CodecPayload>; ALTERNATIVES] {
    let mut places = [None; ALTERNATIVES];
    let others = negotiated.common.iter().filter(|common| common.codec != negotiated.codec);
    let known = others.filter_map(|common| {
        let (send, receive) = (common.send_payload_type, common.receive_payload_type);
        Some(CodecPayload { codec: codec_of(&common.codec)?, send, receive })
    });
    for (place, other) in places.iter_mut().zip(known) {
        *place = Some(other);
    }
    places
}
