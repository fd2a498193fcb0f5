//! Streams that go from phone to phone: where ours takes them in, and how it is told of the other's.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sdp::negotiation::{CodecOffer, LocalLine, NegotiatedLine};

use super::SessionStreams;
use crate::direct_media::{StreamPlace, numbered};

impl SessionStreams {
    /// Where the phone takes its streams in.
    pub(in crate::sip) fn places(&self) -> Vec<StreamPlace> {
        self.agreed().map(|(_, line)| place_of(line)).collect()
    }

    /// What an offer says where the phone is to send to these places. `None`: its own streams are others.
    pub(in crate::sip) fn for_direct_offer(&mut self, places: &[StreamPlace]) -> Option<Vec<LocalLine>> {
        let lines = self.agreed().map(|(_, line)| (line.place, line.kind));
        let mut lines: Vec<LocalLine> = lines.map(|(place, kind)| blank(place, kind)).collect();
        fill(&mut lines, places)?;
        self.asked = lines.iter().map(|line| line.kind).collect();
        Some(lines)
    }
}

/// An answer's own lines with these places in them, in the formats that both know. `None`: they do not belong together.
pub(in crate::sip) fn directed(own: &[LocalLine], places: &[StreamPlace]) -> Option<Vec<LocalLine>> {
    let mut lines = own.to_vec();
    fill(&mut lines, places)?;
    for (line, own) in lines.iter_mut().zip(own) {
        let knows = |format: &CodecOffer| {
            let mut known = own.codecs.iter();
            known.any(|own| (own.payload_type, &own.codec) == (format.payload_type, &format.codec))
        };
        line.codecs.retain(knows);
        line.codecs.first()?;
    }
    Some(lines)
}

/// Puts each place into the line that it belongs to: the first of a kind into the first.
fn fill(lines: &mut [LocalLine], places: &[StreamPlace]) -> Option<()> {
    if lines.len() != places.len() {
        return None;
    }
    for (nth, place) in numbered(places) {
        let line = lines.iter_mut().filter(|line| line.kind == place.kind).nth(nth)?;
        line.address = Some(place.rtp.ip());
        line.port = place.rtp.port();
        // A host of its own for RTCP cannot be told beside the port.
        line.rtcp_port = place.rtcp.filter(|rtcp| rtcp.ip() == place.rtp.ip()).map(|rtcp| rtcp.port());
        line.codecs.clone_from(&place.formats);
        (line.feedback, line.bandwidth) = (place.feedback, place.bandwidth);
        line.protection = None;
    }
    Some(())
}

fn blank(place: usize, kind: sdp::negotiation::LineKind) -> LocalLine {
    LocalLine {
        place,
        kind,
        address: None,
        port: 0,
        rtcp_port: None,
        codecs: Vec::new(),
        feedback: sdp::negotiation::Feedback::default(),
        bandwidth: None,
        direction: sdp::Direction::SendRecv,
        protection: None,
    }
}

/// The place of a stream that is not told to others.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Where a stream is taken in. One whose keys are told to us alone, or to which nothing may be sent, has no format for others.
fn place_of(line: &NegotiatedLine) -> StreamPlace {
    let to_all = line.remote.filter(|_| line.protection.is_none() && line.direction.sends());
    // A phone may understand only the number that it named itself, and send the one that it was asked for.
    let one_number = line
        .common
        .iter()
        .filter(|common| to_all.is_some() && common.send_payload_type == common.receive_payload_type);
    let formats = one_number.map(|common| CodecOffer {
        codec: common.codec.clone(),
        payload_type: common.send_payload_type,
        fmtp: common.fmtp.clone(),
    });
    StreamPlace {
        kind: line.kind,
        rtp: to_all.unwrap_or(NOWHERE),
        rtcp: line.remote_rtcp,
        formats: formats.collect(),
        feedback: line.feedback,
        bandwidth: line.bandwidth,
    }
}
