//! A description of ours before it is written.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::extended_reports::ExtendedReports;
use super::feedback::Feedback;
use super::formats::Format;
use super::protection::CryptoLine;
use crate::attribute::RtpMap;
use crate::direction::Direction;
use crate::media::Media;
use crate::origin::OwnOrigin;
use crate::write::Writer;

/// All that goes into a description except who writes it and its version.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) address: IpAddr,
    /// Each with what is said of it where it is open. One that is refused, or closed, keeps its place (RFC 3264 §6, §8.2).
    pub(super) lines: Vec<(StreamLine, Option<Section>)>,
}

/// What is remembered of an `m=` line to write it again with port 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamLine {
    pub(super) kind: String,
    pub(super) protocol: String,
    /// One format is enough, and the grammar wants one.
    pub(super) format: String,
    /// What its peer calls it (RFC 5888), which an answer repeats.
    pub(super) mid: Option<String>,
}

/// Octets of a name that is repeated.
const LONGEST_MID: usize = 64;

impl StreamLine {
    /// One of that kind over plain RTP, for a first offer.
    pub(super) fn plain(kind: &str) -> Self {
        Self { kind: kind.to_owned(), protocol: "RTP/AVP".to_owned(), format: "0".to_owned(), mid: None }
    }

    /// True for a stream over `RTP/SAVP` or `RTP/SAVPF`.
    pub(super) fn is_secure(&self) -> bool {
        ["RTP/SAVP", "RTP/SAVPF"].iter().any(|secure| self.protocol.eq_ignore_ascii_case(secure))
    }

    /// True for a stream of that kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    pub(super) fn of(media: &Media<'_>) -> Self {
        let mid = media.attributes().find(|attribute| attribute.is("mid")).and_then(|mid| mid.value);
        let is_token = |mid: &&str| {
            !mid.is_empty() && mid.len() <= LONGEST_MID && mid.bytes().all(|octet| octet.is_ascii_graphic())
        };
        Self {
            mid: mid.filter(is_token).map(ToOwned::to_owned),
            kind: media.kind().to_owned(),
            protocol: media.protocol().to_owned(),
            format: media.formats().next().unwrap_or("0").to_owned(),
        }
    }
}

/// An open stream as we describe it.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) kind: &'static str,
    /// Only where it is not that of the session.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
    pub(super) protocol: String,
    /// Codecs and events, best codec first.
    pub(super) formats: Vec<Format>,
    /// Only where it is not the port after `port`.
    pub(super) rtcp_port: Option<u16>,
    pub(super) rtcp_mux: bool,
    /// What we would like to be told.
    pub(super) extended_reports: ExtendedReports,
    /// What we are ready to be asked.
    pub(super) feedback: Feedback,
    /// What may be sent to us, in kbit/s.
    pub(super) bandwidth: Option<u32>,
    /// Where packets have a length in time.
    pub(super) ptime: Option<u16>,
    pub(super) direction: Direction,
    /// Our keys: each that we offer, or the one that we answer with.
    pub(super) keys: Vec<CryptoLine>,
}

impl Draft {
    /// The text.
    pub(super) fn write(&self, origin: &OwnOrigin<'_>) -> String {
        let mut writer = Writer::new(origin, "-", Some(self.address));
        for (line, stream) in &self.lines {
            match stream {
                None => writer.media(&line.kind, 0, &line.protocol, [&line.format]),
                Some(section) => section.write(&mut writer),
            }
            if let Some(mid) = &line.mid {
                writer.attribute("mid", mid);
            }
        }
        writer.finish()
    }
}

impl Section {
    fn write(&self, writer: &mut Writer) {
        if self.formats.is_empty() {
            return writer.media(self.kind, 0, &self.protocol, [0]);
        }
        let formats = self.formats.iter().map(|format| format.payload_type);
        writer.media(self.kind, self.port, &self.protocol, formats);
        if let Some(address) = self.address {
            writer.connection(address);
        }
        if let Some(kilobits) = self.bandwidth {
            writer.bandwidth(kilobits);
        }
        for Format { payload_type, codec, fmtp } in &self.formats {
            let map = RtpMap {
                payload_type: *payload_type,
                name: &codec.name,
                clock_rate: codec.clock_rate,
                channels: codec.channels,
            };
            writer.attribute("rtpmap", map);
            if let Some(parameters) = fmtp {
                writer.attribute("fmtp", format_args!("{payload_type} {parameters}"));
            }
        }
        self.keys.iter().for_each(|line| writer.attribute("crypto", line));
        if let Some(port) = self.rtcp_port {
            writer.attribute("rtcp", port);
        }
        if self.rtcp_mux {
            writer.property("rtcp-mux");
        }
        if !self.extended_reports.is_none() {
            writer.attribute("rtcp-xr", self.extended_reports);
        }
        self.feedback.names().for_each(|kind| writer.attribute("rtcp-fb", format_args!("* {kind}")));
        if let Some(ptime) = self.ptime {
            writer.attribute("ptime", ptime);
        }
        writer.property(self.direction.name());
    }
}
