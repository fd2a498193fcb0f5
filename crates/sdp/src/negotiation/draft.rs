//! A description of ours before it is written.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::extended_reports::ExtendedReports;
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
    pub(super) lines: Vec<DraftLine>,
}

/// One media description of ours.
#[derive(Clone, Debug)]
pub(super) enum DraftLine {
    /// A stream that is refused, or closed, and keeps its place (RFC 3264 §6, §8.2).
    Closed(StreamLine),
    /// The audio stream.
    Audio(AudioSection),
}

/// What is remembered of an `m=` line to write it again with port 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamLine {
    pub(super) kind: String,
    pub(super) protocol: String,
    /// One format is enough, and the grammar wants one.
    pub(super) format: String,
}

impl StreamLine {
    /// Audio over plain RTP, for a first offer.
    pub(super) fn audio() -> Self {
        Self { kind: "audio".to_owned(), protocol: "RTP/AVP".to_owned(), format: "0".to_owned() }
    }

    /// True for a stream over `RTP/SAVP` or `RTP/SAVPF`.
    pub(super) fn is_secure(&self) -> bool {
        ["RTP/SAVP", "RTP/SAVPF"].iter().any(|secure| self.protocol.eq_ignore_ascii_case(secure))
    }

    pub(super) fn of(media: &Media<'_>) -> Self {
        Self {
            kind: media.kind().to_owned(),
            protocol: media.protocol().to_owned(),
            format: media.formats().next().unwrap_or("0").to_owned(),
        }
    }
}

/// The audio stream as we describe it.
#[derive(Clone, Debug)]
pub(super) struct AudioSection {
    pub(super) port: u16,
    pub(super) protocol: String,
    /// Codecs and events, best codec first.
    pub(super) formats: Vec<Format>,
    /// Only where it is not the port after `port`.
    pub(super) rtcp_port: Option<u16>,
    pub(super) rtcp_mux: bool,
    /// What we would like to be told.
    pub(super) extended_reports: ExtendedReports,
    pub(super) ptime: u16,
    pub(super) direction: Direction,
    /// Our keys: each that we offer, or the one that we answer with.
    pub(super) keys: Vec<CryptoLine>,
}

impl Draft {
    /// The text.
    pub(super) fn write(&self, origin: &OwnOrigin<'_>) -> String {
        let mut writer = Writer::new(origin, "-", Some(self.address));
        for line in &self.lines {
            match line {
                DraftLine::Closed(line) => writer.media(&line.kind, 0, &line.protocol, [&line.format]),
                DraftLine::Audio(audio) => audio.write(&mut writer),
            }
        }
        writer.finish()
    }
}

impl AudioSection {
    fn write(&self, writer: &mut Writer) {
        if self.formats.is_empty() {
            return writer.media("audio", 0, &self.protocol, [0]);
        }
        writer.media(
            "audio",
            self.port,
            &self.protocol,
            self.formats.iter().map(|format| format.payload_type),
        );
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
        writer.attribute("ptime", self.ptime);
        writer.property(self.direction.name());
    }
}
