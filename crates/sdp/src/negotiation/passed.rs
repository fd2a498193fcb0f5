//! Offer and answer for one stream beside the audio (RFC 3264 §6, §7).

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use smol_str::SmolStr;

use super::NegotiationError;
use super::choice::{self, Ours};
use super::draft::Section;
use super::extended_reports::ExtendedReports;
use super::feedback::Feedback;
use super::formats::{self, Format};
use super::ground::{Ground, Own};
use super::lines::{LineKind, LocalLine, NegotiatedLine, OfferedLine, offer_of};
use super::local::Preference;
use super::negotiated::CommonCodec;
use super::payload_types::PayloadTypes;
use super::protection::{self, Protection};
use super::redundancy;
use crate::direction::Direction;
use crate::media::Media;

/// A stream beside the audio that was open once: what its numbers mean, and whether it is protected.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedLine {
    pub(super) place: usize,
    pub(super) payload_types: PayloadTypes,
    pub(super) is_protected: bool,
}

/// A stream beside the audio in an offer of ours.
#[derive(Clone, Debug)]
pub(super) struct OfferedSection {
    pub(super) place: usize,
    pub(super) kind: LineKind,
    pub(super) section: Section,
    pub(super) protection: Option<Protection>,
}

/// Reads a stream of an offer. `None`: it is closed, carries something else, or could not be accepted by anybody.
pub(super) fn read(place: usize, media: &Media<'_>, protection: Option<&Protection>) -> Option<OfferedLine> {
    let kind = LineKind::from_name(media.kind())?;
    if media.port() == 0 || protection::check_profile(media, protection).is_err() {
        return None;
    }
    let codecs = formats::read(media).into_iter();
    let codecs = codecs.map(|format| offer_of(format.payload_type, format.codec, format.fmtp)).collect();
    Some(OfferedLine { place, kind, codecs, feedback: Feedback::of(media), bandwidth: media.bandwidth() })
}

/// Answers an open stream: what we write, and what is agreed then.
pub(super) fn answer(
    media: &Media<'_>,
    local: &LocalLine,
    (address, rtcp_mux): (IpAddr, bool),
) -> Result<(Section, NegotiatedLine), NegotiationError> {
    let protection = local.protection.as_ref();
    let own_address = local.address.unwrap_or(address);
    let own = Own { address: own_address, direction: possible(local, own_address), rtcp_mux, protection };
    let mut ground = Ground::answer(media, own)?;
    let theirs = formats::read(media);
    let ours: Vec<Ours<'_>> = local
        .codecs
        .iter()
        .map(|own| Ours { codec: &own.codec, fmtp: own.fmtp.as_deref(), payload_type: None })
        .collect();
    let common = in_common(local.kind, &ours, &theirs, Preference::Local)?;
    let feedback = local.feedback.and(Feedback::of(media));
    let section = Section {
        kind: local.kind.name(),
        address: apart(local, address),
        port: local.port,
        protocol: SmolStr::new(media.protocol()),
        formats: common.iter().map(|common| answered(common, local)).collect(),
        rtcp_port: rtcp_port(local),
        rtcp_mux: ground.rtcp_mux,
        extended_reports: ExtendedReports::default(),
        feedback,
        bandwidth: local.bandwidth,
        ptime: None,
        direction: ground.direction,
        keys: core::mem::take(&mut ground.keys),
    };
    Ok((section, agreed((local.place, local.kind), media, ground, common, feedback)))
}

/// What our own offer says of a stream.
pub(super) fn offered(
    local: &LocalLine,
    line: &PassedLine,
    (address, rtcp_mux, before): (IpAddr, bool, &str),
) -> OfferedSection {
    let protection = local.protection.as_ref();
    let is_protected = protection.is_some_and(|protection| protection.demanded || line.is_protected);
    let section = Section {
        kind: local.kind.name(),
        address: apart(local, address),
        port: local.port,
        protocol: protection::offered_protocol(before, is_protected),
        formats: offered_formats(local, &line.payload_types),
        rtcp_port: rtcp_port(local),
        rtcp_mux,
        extended_reports: ExtendedReports::default(),
        feedback: local.feedback,
        bandwidth: local.bandwidth,
        ptime: None,
        direction: possible(local, local.address.unwrap_or(address)),
        keys: protection::offered_lines(protection),
    };
    OfferedSection { place: local.place, kind: local.kind, section, protection: local.protection.clone() }
}

/// Reads the answer to a stream of ours. `None`: it is refused, or is another one than ours.
pub(super) fn accept(offered: &OfferedSection, media: &Media<'_>, address: IpAddr) -> Option<NegotiatedLine> {
    let OfferedSection { place, kind, section, protection } = offered;
    if LineKind::from_name(media.kind()) != Some(*kind) || media.port() == 0 || section.formats.is_empty() {
        return None;
    }
    let (direction, rtcp_mux) = (section.direction, section.rtcp_mux);
    let address = section.address.unwrap_or(address);
    let own = Own { address, direction, rtcp_mux, protection: protection.as_ref() };
    let ground = Ground::accept(media, own, &section.keys).ok()?;
    let theirs = formats::read(media);
    let ours = section.formats.iter();
    let ours: Vec<Ours<'_>> = ours
        .map(|format| Ours {
            codec: &format.codec,
            fmtp: format.fmtp.as_deref(),
            payload_type: Some(format.payload_type),
        })
        .collect();
    let common = in_common(*kind, &ours, &theirs, Preference::Remote).ok()?;
    let feedback = section.feedback.and(Feedback::of(media));
    Some(agreed((*place, *kind), media, ground, common, feedback))
}

fn agreed(
    (place, kind): (usize, LineKind),
    media: &Media<'_>,
    ground: Ground,
    common: Vec<CommonCodec>,
    feedback: Feedback,
) -> NegotiatedLine {
    NegotiatedLine {
        place,
        kind,
        remote: ground.remote.rtp,
        remote_rtcp: ground.remote.rtcp,
        rtcp_mux: ground.rtcp_mux,
        direction: ground.direction,
        common,
        feedback,
        bandwidth: media.bandwidth(),
        protection: ground.protection,
    }
}

/// The address of a stream that is elsewhere than the audio, at `audio`.
fn apart(local: &LocalLine, audio: IpAddr) -> Option<IpAddr> {
    local.address.map(|address| address.to_canonical()).filter(|address| *address != audio.to_canonical())
}

/// Our RTCP port, where it has to be said.
fn rtcp_port(local: &LocalLine) -> Option<u16> {
    local.rtcp_port.filter(|port| Some(*port) != local.port.checked_add(1))
}

fn possible(local: &LocalLine, address: IpAddr) -> Direction {
    local.direction.and(Direction::new(true, !address.is_unspecified()))
}

/// The formats in common. Redundant data is among them only with all that it carries: whoever passes it on has to know each of
/// its numbers. In video it may carry anything that is named beside it, and forward error correction goes in it alone.
fn in_common(
    kind: LineKind,
    ours: &[Ours<'_>],
    theirs: &[Format],
    preference: Preference,
) -> Result<Vec<CommonCodec>, NegotiationError> {
    let mut common = choice::common(ours, theirs, preference);
    let carried: Vec<Format> =
        common.iter().filter(|common| !common.codec.is_auxiliary()).map(sent_as).collect();
    common.retain(|common| {
        let names_nothing = kind == LineKind::Video && common.fmtp.is_none();
        !redundancy::is_red(&common.codec)
            || names_nothing
            || redundancy::is_carried_by(common.fmtp.as_deref(), &carried)
    });
    let has_red = common.iter().any(|common| redundancy::is_red(&common.codec));
    common.retain(|common| has_red || !common.codec.is_named("ulpfec"));
    choice::speech(&common, ours, theirs)?;
    Ok(common)
}

fn sent_as(common: &CommonCodec) -> Format {
    let CommonCodec { codec, send_payload_type, fmtp, .. } = common;
    Format { payload_type: *send_payload_type, codec: codec.clone(), fmtp: fmtp.clone() }
}

/// A format of an answer: the offerer's number, and our parameters.
fn answered(common: &CommonCodec, local: &LocalLine) -> Format {
    let fmtp = match redundancy::is_red(&common.codec) {
        // Numbers are those of the offerer, in these parameters too.
        true => common.fmtp.clone(),
        false => own_parameters(common, local),
    };
    Format { payload_type: common.receive_payload_type, codec: common.codec.clone(), fmtp }
}

fn own_parameters(common: &CommonCodec, local: &LocalLine) -> Option<String> {
    let fits = local.codecs.iter().find(|own| {
        own.codec == common.codec
            && super::packing::same_packing(&own.codec, own.fmtp.as_deref(), common.fmtp.as_deref())
    });
    fits.and_then(|own| own.fmtp.clone())
}

/// Our formats in our order, redundant data with the numbers that the others have got.
fn offered_formats(local: &LocalLine, numbers: &PayloadTypes) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::with_capacity(local.codecs.len());
    let mut given: Vec<(u8, u8)> = Vec::with_capacity(local.codecs.len());
    for own in &local.codecs {
        let wanted = own.payload_type;
        // A second format of one codec has a number of its own, however often it is offered.
        let number = numbers.assign(&own.codec, Some(wanted), &formats);
        let repeated = formats.iter().any(|format| format.codec == own.codec && format.fmtp == own.fmtp);
        let Some(payload_type) = number.filter(|_| !repeated) else { continue };
        given.push((wanted, payload_type));
        formats.push(Format { payload_type, codec: own.codec.clone(), fmtp: own.fmtp.clone() });
    }
    let now = |wanted: u8| given.iter().find(|(before, _)| *before == wanted).map(|(_, now)| *now);
    formats.retain_mut(|format| {
        let names_nothing = local.kind == LineKind::Video && format.fmtp.is_none();
        if !redundancy::is_red(&format.codec) || names_nothing {
            return true;
        }
        format.fmtp = redundancy::renumber(format.fmtp.as_deref(), now);
        format.fmtp.is_some()
    });
    formats
}
