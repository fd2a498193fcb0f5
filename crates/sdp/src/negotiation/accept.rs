//! The answer to our own offer (RFC 3264 §7).

use alloc::vec::Vec;
use core::net::IpAddr;

use super::NegotiationError;
use super::answer::Terms;
use super::choice::{self, Ours};
use super::draft::AudioSection;
use super::extended_reports::ExtendedReports;
use super::formats::{self, Format};
use super::local::Preference;
use super::negotiated::{EventPayload, Negotiated};
use super::packet_time;
use super::protection::{self, Protection};
use super::remote::Remote;
use crate::description::SessionDescription;
use crate::direction::Direction;
use crate::media::Media;

/// An offer of ours that waits for its answer, or for one more of them when the call forks.
#[derive(Clone, Debug)]
pub(super) struct Offered {
    /// Place of the audio stream among the `m=` lines.
    pub(super) index: usize,
    pub(super) address: IpAddr,
    pub(super) section: AudioSection,
    pub(super) protection: Option<Protection>,
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
    accept_stream(offered, &media, terms)
}

fn accept_stream(offered: &Offered, media: &Media<'_>, terms: Terms) -> Result<Negotiated, NegotiationError> {
    let own = &offered.section;
    let protection = protection::accept(media, &own.keys, offered.protection.as_ref())?;
    let theirs = formats::read(media);
    let ours: Vec<Ours<'_>> =
        own.formats.iter().filter(|format| !format.codec.is_telephone_event()).map(ours).collect();
    // The answerer has put them into order already.
    let common = choice::common(&ours, &theirs, Preference::Remote);
    let speech = choice::speech(&common, &ours, &theirs)?.clone();
    let rtcp_mux = own.rtcp_mux && media.rtcp_mux();
    let remote = Remote::of(media, offered.address, rtcp_mux)?;
    let answered = media.direction().and(Direction::new(true, !remote.is_black_hole()));
    let ptime = packet_time::agree(media, own.ptime, terms.packet_time);
    let telephone_event = events(speech.codec.clock_rate, &own.formats, &theirs);
    let mut other_events: Vec<EventPayload> = Vec::new();
    for other in common.iter().filter(|common| !common.codec.is_auxiliary()) {
        let event = events(other.codec.clock_rate, &own.formats, &theirs);
        let is_new = event != telephone_event && !event.is_some_and(|event| other_events.contains(&event));
        other_events.extend(event.filter(|_| is_new));
    }
    Ok(Negotiated {
        remote: remote.rtp,
        remote_rtcp: remote.rtcp,
        telephone_event,
        other_events,
        codec: speech.codec,
        send_payload_type: speech.send_payload_type,
        receive_payload_type: speech.receive_payload_type,
        direction: own.direction.and(answered.reversed()),
        remote_hold: own.direction.sends() && !answered.receives(),
        ptime: ptime.sent,
        wanted_ptime: ptime.wanted,
        rtcp_mux,
        extended_reports: ExtendedReports::asked(media, terms.extended_reports),
        protection,
        common,
    })
}

fn ours(format: &Format) -> Ours<'_> {
    Ours { codec: &format.codec, fmtp: format.fmtp.as_deref(), payload_type: Some(format.payload_type) }
}

/// The events on the clock that both sides named.
fn events(clock_rate: u32, own: &[Format], theirs: &[Format]) -> Option<EventPayload> {
    let named = |event: &&Format| own.iter().any(|own| own.codec == event.codec);
    let theirs: Vec<Format> = theirs.iter().filter(named).cloned().collect();
    let their = choice::event_for(clock_rate, &theirs)?;
    let own = own.iter().find(|own| own.codec == their.codec)?;
    Some(EventPayload {
        send: their.payload_type,
        receive: own.payload_type,
        clock_rate: own.codec.clock_rate,
    })
}
