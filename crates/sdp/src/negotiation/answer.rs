//! The answer to one audio stream of an offer (RFC 3264 §6).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use smol_str::SmolStr;

use super::NegotiationError;
use super::choice::{self, Ours};
use super::draft::Section;
use super::extended_reports::ExtendedReports;
use super::feedback::Feedback;
use super::formats::{self, Format};
use super::ground::{Ground, Own};
use super::local::{CodecOffer, LocalMedia, Preference};
use super::negotiated::{CommonCodec, EventPayload, Negotiated, RedundantAudio};
use super::packet_time::{self, PacketTime};
use super::packing::same_packing;
use super::redundancy;
use crate::media::Media;

/// What holds for a whole session beside the media.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) preference: Preference,
    pub(super) rtcp_mux: bool,
    pub(super) early_feedback: bool,
    pub(super) extended_reports: bool,
    pub(super) packet_time: PacketTime,
}

/// Answers an open audio stream: what we write, and what is agreed then.
pub(super) fn answer_stream(
    media: &Media<'_>,
    local: &LocalMedia,
    terms: Terms,
) -> Result<(Section, Negotiated), NegotiationError> {
    let direction = local.possible_direction();
    let (address, rtcp_mux) = (local.address, terms.rtcp_mux);
    let ground =
        Ground::answer(media, Own { address, direction, rtcp_mux, protection: local.protection.as_ref() })?;
    let theirs = formats::read(media);
    let ours = ours(local);
    let common = choice::common(&ours, &theirs, terms.preference);
    let speech = choice::speech(&common, &ours, &theirs)?.clone();
    let events = match local.telephone_event {
        Some(_) => choice::events_for(&common, &theirs),
        None => Vec::new(),
    };
    let redundancy = if local.redundancy { redundancy::answered(&theirs, &common) } else { Vec::new() };
    let ptime = packet_time::agree(media, local.ptime, terms.packet_time);
    let extended_reports = ExtendedReports::asked(media, terms.extended_reports);
    let section = Section {
        kind: "audio",
        address: None,
        port: local.port,
        protocol: SmolStr::new(media.protocol()),
        formats: answered_formats(&common, &events, &redundancy, local),
        rtcp_port: rtcp_port(local),
        rtcp_mux: ground.rtcp_mux,
        ptime: Some(ptime.sent),
        direction: ground.direction,
        extended_reports,
        feedback: Feedback::default(),
        bandwidth: None,
        keys: ground.keys,
    };
    let event = choice::event_for(speech.codec.clock_rate, &events);
    let negotiated = Negotiated {
        remote: ground.remote.rtp,
        remote_rtcp: ground.remote.rtcp,
        codec: speech.codec,
        send_payload_type: speech.send_payload_type,
        receive_payload_type: speech.receive_payload_type,
        telephone_event: event.map(same_number),
        other_events: events.iter().filter(|other| Some(*other) != event).map(same_number).collect(),
        direction: ground.direction,
        remote_hold: !ground.theirs.receives(),
        ptime: ptime.sent,
        wanted_ptime: ptime.wanted,
        maxptime: media.maxptime(),
        rtcp_mux: ground.rtcp_mux,
        extended_reports,
        protection: ground.protection,
        redundancy,
        common,
        lines: Vec::new(),
    };
    Ok((section, negotiated))
}

/// Our RTCP port, where it has to be said.
pub(super) fn rtcp_port(local: &LocalMedia) -> Option<u16> {
    local.rtcp_port.filter(|port| Some(*port) != local.port.checked_add(1))
}

fn ours(local: &LocalMedia) -> Vec<Ours<'_>> {
    let codecs = local.codecs.iter().filter(|offer| !offer.codec.is_telephone_event());
    codecs
        .map(|offer| Ours { codec: &offer.codec, fmtp: offer.fmtp.as_deref(), payload_type: None })
        .collect()
}

/// The codecs with the offerer's numbers and our parameters, each with its redundant data before it where the offerer has it so,
/// then other redundant data, then the events.
fn answered_formats(
    common: &[CommonCodec],
    events: &[Format],
    redundancy: &[RedundantAudio],
    local: &LocalMedia,
) -> Vec<Format> {
    let codecs = common.iter().flat_map(|common| {
        let preferred = |red: &&RedundantAudio| red.preferred && red.carries == common.send_payload_type;
        let codec = Format {
            payload_type: common.receive_payload_type,
            codec: common.codec.clone(),
            fmtp: own_parameters(common, local),
        };
        redundancy.iter().find(preferred).map(redundancy::answer_format).into_iter().chain([codec])
    });
    let others = redundancy.iter().filter(|red| !red.preferred).map(redundancy::answer_format);
    let events =
        events.iter().map(|event| Format { fmtp: Some(super::local::EVENTS.to_owned()), ..event.clone() });
    codecs.chain(others).chain(events).collect()
}

/// Our parameters for a codec, those that go with the peer's where we have it in several packings.
fn own_parameters(common: &CommonCodec, local: &LocalMedia) -> Option<String> {
    let theirs = common.fmtp.as_deref();
    let fits = |own: &&CodecOffer| {
        own.codec == common.codec && same_packing(&own.codec, own.fmtp.as_deref(), theirs)
    };
    local.codecs.iter().find(fits).and_then(|own| own.fmtp.clone())
}

fn same_number(event: &Format) -> EventPayload {
    let Format { payload_type, codec, .. } = event;
    EventPayload { send: *payload_type, receive: *payload_type, clock_rate: codec.clock_rate }
}
