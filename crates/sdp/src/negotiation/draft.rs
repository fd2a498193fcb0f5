//! A description of ours before it is written.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use smol_str::SmolStr;
use wire_text::Decimal;

use super::extended_reports::ExtendedReports;
use super::feedback::Feedback;
use super::formats::Format;
use super::protection::CryptoLine;
use crate::direction::Direction;
use crate::media::Media;
use crate::origin::OwnOrigin;
use crate::write::Writer;

/// All that goes into a description except who writes it and its version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'a> {
    pub(super) address: IpAddr,
    /// One that is refused, or closed, keeps its place (RFC 3264 §6, §8.2).
    pub(super) lines: &'a [StreamLine],
    /// What is said of those that are open, each with its place among the lines.
    pub(super) open: &'a [(usize, &'a Section)],
}

/// What is remembered of an `m=` line to write it again with port 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamLine {
    pub(super) kind: SmolStr,
    pub(super) protocol: SmolStr,
    /// One format is enough, and the grammar wants one.
    pub(super) format: SmolStr,
    /// What its peer calls it (RFC 5888), which an answer repeats.
    pub(super) mid: Option<SmolStr>,
}

/// Octets of a name that is repeated.
const LONGEST_MID: usize = 64;

impl StreamLine {
    /// One of that kind for a first offer, over plain RTP, or with early feedback (RFC 4585).
    pub(super) fn new(kind: &'static str, feedback: bool) -> Self {
        let protocol = if feedback { "RTP/AVPF" } else { "RTP/AVP" };
        let [kind, protocol, format] = [kind, protocol, "0"].map(SmolStr::new_static);
        Self { kind, protocol, format, mid: None }
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
        let mid = media.attributes().texts_of("mid").next();
        let is_token = |mid: &&str| {
            !mid.is_empty() && mid.len() <= LONGEST_MID && mid.bytes().all(|octet| octet.is_ascii_graphic())
        };
        Self {
            mid: mid.filter(is_token).map(SmolStr::new),
            kind: SmolStr::new(media.kind()),
            protocol: SmolStr::new(media.protocol()),
            format: SmolStr::new(media.formats().next().unwrap_or("0")),
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
    pub(super) protocol: SmolStr,
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

impl Draft<'_> {
    /// The text, of a session of that name.
    pub(super) fn write(&self, origin: &OwnOrigin<'_>, name: &str) -> String {
        let mut writer = Writer::new(origin, name, Some(self.address));
        for (place, line) in self.lines.iter().enumerate() {
            match self.open.iter().find(|(open, _)| *open == place) {
                None => writer.media(&line.kind, 0, &line.protocol, [&line.format]),
                Some((_, section)) => section.write(&mut writer),
            }
            if let Some(mid) = &line.mid {
                writer.attribute_text("mid", &[mid]);
            }
        }
        writer.finish()
    }
}

impl Section {
    fn write(&self, writer: &mut Writer) {
        if self.formats.is_empty() {
            return writer.media_of(self.kind, 0, &self.protocol, core::iter::once(0));
        }
        let formats = self.formats.iter().map(|format| format.payload_type);
        writer.media_of(self.kind, self.port, &self.protocol, formats);
        if let Some(address) = self.address {
            writer.connection(address);
        }
        if let Some(kilobits) = self.bandwidth {
            writer.bandwidth(kilobits);
        }
        for Format { payload_type, codec, fmtp } in &self.formats {
            let number = Decimal::of(*payload_type);
            let (clock_rate, channels) = (Decimal::of(codec.clock_rate), Decimal::of(codec.channels));
            let format =
                [number.as_str(), " ", &codec.name, "/", clock_rate.as_str(), "/", channels.as_str()];
            // One channel is not written.
            let end = if codec.channels == 1 { format.len() - 2 } else { format.len() };
            writer.attribute_text("rtpmap", &format[..end]);
            if let Some(parameters) = fmtp {
                writer.attribute_text("fmtp", &[number.as_str(), " ", parameters]);
            }
        }
        self.keys.iter().for_each(|line| writer.attribute("crypto", line));
        if let Some(port) = self.rtcp_port {
            writer.attribute_text("rtcp", &[Decimal::of(port).as_str()]);
        }
        if self.rtcp_mux {
            writer.property("rtcp-mux");
        }
        if !self.extended_reports.is_none() {
            writer.attribute("rtcp-xr", self.extended_reports);
        }
        self.feedback.names().for_each(|kind| writer.attribute_text("rtcp-fb", &["* ", kind]));
        if let Some(ptime) = self.ptime {
            writer.attribute_text("ptime", &[Decimal::of(ptime).as_str()]);
        }
        writer.property(self.direction.name());
    }
}
