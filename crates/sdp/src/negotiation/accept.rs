//! The answer to our own offer (RFC 3264 §7).

use alloc::vec::Vec;
use core::net::IpAddr;

use super::NegotiationError;
use super::answer::Terms;
use super::choice::{self, Ours};
use super::draft::Section;
use super::extended_reports::ExtendedReports;
use super::formats::{self, Format};
use super::ground::{Ground, Own};
use super::lines::NegotiatedLine;
use super::local::Preference;
use super::negotiated::{EventPayload, Negotiated};
use super::packet_time;
use super::passed::{self, OfferedSection};
use super::protection::Protection;
use super::redundancy;
use crate::description::SessionDescription;
use crate::media::Media;

/// An offer of ours that waits for its answer, or for one more of them when the call forks.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    /// Place of the audio stream among the `m=` lines.
    pub(super) index: usize,
    pub(super) address: IpAddr,
    pub(super) section: Section,
    pub(super) protection: Option<Protection>,
    /// Streams beside the audio.
    pub(super) lines: Vec<OfferedSection>,
}

impl Offered {
    /// True when the offer closed our stream.
    pub(super) fn closes(&self) -> bool {
        self.section.port == 0 || self.section.formats.is_empty()
    }
}

/// Reads the answer to `offered`.
///
/// Streams after ours, or missing ones, do no harm; ours has to be in its place.
pub(super) fn accept(offered: &Offered, answer: &[u8], terms: Terms) -> Result<Negotiated, NegotiationError> {
    let description = SessionDescription::parse(answer)?;
    let media = description.media().nth(offered.index).filter(Media::is_audio);
    let media = media.ok_or(NegotiationError::Unaligned(offered.index + 1))?;
    if media.port() == 0 {
        return Err(NegotiationError::Refused);
    }
    let negotiated = accept_stream(offered, &media, terms)?;
    Ok(Negotiated { lines: accept_lines(offered, &description), ..negotiated })
}

/// What the answer says of the streams beside the audio: those that it has open.
pub(super) fn accept_lines(offered: &Offered, answer: &SessionDescription<'_>) -> Vec<NegotiatedLine> {
    let answered =
        |line: &OfferedSection| passed::accept(line, &answer.media().nth(line.place)?, offered.address);
    offered.lines.iter().filter_map(answered).collect()
}

fn accept_stream(offered: &Offered, media: &Media<'_>, terms: Terms) -> Result<Negotiated, NegotiationError> {
    let own = &offered.section;
    let (address, direction, rtcp_mux) = (offered.address, own.direction, own.rtcp_mux);
    let protection = offered.protection.as_ref();
    let ground = Ground::accept(media, Own { address, direction, rtcp_mux, protection }, &own.keys)?;
    let theirs = formats::read(media);
    let ours: Vec<Ours<'_>> = own.formats.iter().filter(|format| is_compared(format)).map(ours).collect();
    // The answerer has put them into order already.
    let common = choice::common(&ours, &theirs, Preference::Remote);
    let speech = choice::speech(&common, &ours, &theirs)?.clone();
    let ptime = packet_time::agree(media, own.ptime.unwrap_or_default(), terms.packet_time);
    let telephone_event = events(speech.codec.clock_rate, &own.formats, &theirs);
    let mut other_events: Vec<EventPayload> = Vec::new();
    for other in common.iter().filter(|common| !common.codec.is_auxiliary()) {
        let event = events(other.codec.clock_rate, &own.formats, &theirs);
        let is_new = event != telephone_event && !event.is_some_and(|event| other_events.contains(&event));
        other_events.extend(event.filter(|_| is_new));
    }
    Ok(Negotiated {
        remote: ground.remote.rtp,
        remote_rtcp: ground.remote.rtcp,
        telephone_event,
        other_events,
        codec: speech.codec,
        send_payload_type: speech.send_payload_type,
        receive_payload_type: speech.receive_payload_type,
        direction: ground.direction,
        remote_hold: own.direction.sends() && !ground.theirs.receives(),
        ptime: ptime.sent,
        wanted_ptime: ptime.wanted,
        maxptime: media.maxptime(),
        rtcp_mux: ground.rtcp_mux,
        extended_reports: ExtendedReports::asked(media, terms.extended_reports),
        protection: ground.protection,
        redundancy: redundancy::accepted(&own.formats, &theirs),
        common,
        lines: Vec::new(),
    })
}

/// Events and redundant data follow from the codecs.
fn is_compared(format: &Format) -> bool {
    !format.codec.is_telephone_event() && !redundancy::is_red(&format.codec)
}

fn ours(format: &Format) -> Ours<'_> {
    Ours { codec: &format.codec, fmtp: format.fmtp.as_deref(), payload_type: Some(format.payload_type) }
}

/// The events on the clock that both sides named.
fn events(clock_rate: u32, own: &[Format], theirs: &[Format]) -> Option<EventPayload> {
    let own_of = |event: &Format| own.iter().find(|own| own.codec == event.codec);
    let their = choice::event_among(clock_rate, theirs, |event| own_of(event).is_some())?;
    let own = own_of(their)?;
    Some(EventPayload {
        send: their.payload_type,
        receive: own.payload_type,
        clock_rate: own.codec.clock_rate,
    })
}
