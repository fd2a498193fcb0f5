use super::extended::ExtendedReport;
use super::feedback::FeedbackPacket;
use super::{COMMON_HEADER, Goodbye, ReceiverReport, SenderReport, SourceDescription, packet_type};

/// Why octets were refused as RTCP (RFC 3550 §6.1, §6.4, appendix A.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RtcpError {
    /// Nothing, or a rest too short for a header.
    #[error("RTCP ends at octet {0}, inside a packet's header")]
    TooShort(usize),
    /// Another version than 2.
    #[error("RTCP version {0} is not 2")]
    Version(u8),
    /// A packet that says it is longer than what is there.
    #[error("the RTCP packet at octet {0} reaches beyond the end")]
    Length(usize),
    /// A compound that does not start with a report (RFC 3550 §6.1).
    #[error("an RTCP compound starts with packet type {0}, not with a report")]
    NoReport(u8),
    /// Padding that is not on the last packet, or longer than it.
    #[error("the padding of the RTCP packet at octet {0} is impossible")]
    Padding(usize),
    /// A report, a source description or a goodbye too short for what it counts.
    #[error("the RTCP packet at octet {at} (type {packet_type}) is too short for what it counts")]
    Content {
        /// Where it starts.
        at: usize,
        /// What it is.
        packet_type: u8,
    },
}

/// A datagram of RTCP, checked as a whole. Copies nothing, allocates nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compound<'a> {
    octets: &'a [u8],
}

impl<'a> Compound<'a> {
    /// Reads a compound, which starts with a sender or receiver report (RFC 3550 appendix A.2).
    ///
    /// # Errors
    /// [`RtcpError`] when any packet in it is malformed; nothing of it should be used then.
    pub fn parse(octets: &'a [u8]) -> Result<Self, RtcpError> {
        match octets.get(1) {
            Some(&packet_type::SENDER_REPORT | &packet_type::RECEIVER_REPORT) | None => {
                Self::parse_reduced_size(octets)
            }
            Some(&other) => Err(RtcpError::NoReport(other)),
        }
    }

    /// Reads a compound that may start with any packet, as peers send that agreed on `a=rtcp-rsize` (RFC 5506).
    ///
    /// # Errors
    /// As [`Compound::parse`], but for [`RtcpError::NoReport`].
    pub fn parse_reduced_size(octets: &'a [u8]) -> Result<Self, RtcpError> {
        let mut at = 0;
        while at < octets.len() || at == 0 {
            let (raw, next) = split(octets, at)?;
            if !Packet::is_valid(&raw) {
                return Err(RtcpError::Content { at, packet_type: raw.packet_type });
            }
            at = next;
        }
        Ok(Self { octets })
    }

    /// The packets, in order.
    pub fn packets(&self) -> Packets<'a> {
        Packets { octets: self.octets, at: 0 }
    }
}

impl<'a> IntoIterator for Compound<'a> {
    type Item = Packet<'a>;
    type IntoIter = Packets<'a>;

    fn into_iter(self) -> Packets<'a> {
        self.packets()
    }
}

/// The packets of a [`Compound`].
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Packets<'a> {
    type Item = Packet<'a>;

    fn next(&mut self) -> Option<Packet<'a>> {
        if self.at >= self.octets.len() {
            return None;
        }
        let (raw, next) = split(self.octets, self.at).ok()?; // checked when the compound was parsed
        self.at = next;
        Some(Packet::from_raw(raw))
    }
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// From a participant who sends media.
    SenderReport(SenderReport<'a>),
    /// From one who only listens.
    ReceiverReport(ReceiverReport<'a>),
    /// Names of sources.
    SourceDescription(SourceDescription<'a>),
    /// Sources that leave.
    Goodbye(Goodbye<'a>),
    /// What reports have no room for (RFC 3611).
    ExtendedReport(ExtendedReport<'a>),
    /// What a receiver asks for (RFC 4585).
    Feedback(FeedbackPacket<'a>),
    /// Any other: applications' own.
    Other(RawPacket<'a>),
}

impl<'a> Packet<'a> {
    fn from_raw(raw: RawPacket<'a>) -> Self {
        match raw.packet_type {
            packet_type::SENDER_REPORT => Self::SenderReport(SenderReport::new(&raw)),
            packet_type::RECEIVER_REPORT => Self::ReceiverReport(ReceiverReport::new(&raw)),
            packet_type::SOURCE_DESCRIPTION => Self::SourceDescription(SourceDescription::new(&raw)),
            packet_type::GOODBYE => Self::Goodbye(Goodbye::new(&raw)),
            packet_type::EXTENDED_REPORT => Self::ExtendedReport(ExtendedReport::new(&raw)),
            packet_type::TRANSPORT_FEEDBACK | packet_type::PAYLOAD_FEEDBACK => {
                Self::Feedback(FeedbackPacket::new(&raw))
            }
            _ => Self::Other(raw),
        }
    }

    /// Whether the body holds what the packet's type and count promise.
    fn is_valid(raw: &RawPacket<'_>) -> bool {
        match raw.packet_type {
            packet_type::SENDER_REPORT => SenderReport::is_valid(raw),
            packet_type::RECEIVER_REPORT => ReceiverReport::is_valid(raw),
            packet_type::SOURCE_DESCRIPTION => SourceDescription::is_valid(raw),
            packet_type::GOODBYE => Goodbye::is_valid(raw),
            packet_type::EXTENDED_REPORT => ExtendedReport::is_valid(raw),
            packet_type::TRANSPORT_FEEDBACK | packet_type::PAYLOAD_FEEDBACK => FeedbackPacket::is_valid(raw),
            _ => true,
        }
    }
}

/// A packet by its common header (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawPacket<'a> {
    /// What it is; see [`packet_type`](super::packet_type).
    pub packet_type: u8,
    /// Five bits whose meaning depends on the type: a count of blocks, or a subtype.
    pub count: u8,
    /// What follows the common header, without padding.
    pub body: &'a [u8],
}

/// The packet at `at`, and where the next one starts.
fn split(octets: &[u8], at: usize) -> Result<(RawPacket<'_>, usize), RtcpError> {
    let Some(&[first, packet_type, high, low]) = octets.get(at..).and_then(|rest| rest.first_chunk()) else {
        return Err(RtcpError::TooShort(octets.len()));
    };
    if first >> 6 != 2 {
        return Err(RtcpError::Version(first >> 6));
    }
    let body_start = at + COMMON_HEADER;
    let next = body_start + 4 * usize::from(u16::from_be_bytes([high, low]));
    let Some(mut body) = octets.get(body_start..next) else {
        return Err(RtcpError::Length(at));
    };
    if first & 0x20 != 0 {
        let padding = usize::from(body.last().copied().unwrap_or(0));
        if next != octets.len() || padding == 0 || padding > body.len() {
            return Err(RtcpError::Padding(at));
        }
        body = &body[..body.len() - padding];
    }
    Ok((RawPacket { packet_type, count: first & 0x1F, body }, next))
}

#[cfg(test)]
mod tests {
    use super::{Compound, Packet, RtcpError};

    /// An empty receiver report of SSRC 1.
    const REPORT: [u8; 8] = [0x80, 201, 0, 1, 0, 0, 0, 1];

    fn compound(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn a_compound_starts_with_a_report() {
        let bye = [0x81, 203, 0, 1, 0, 0, 0, 1];
        assert_eq!(Compound::parse(&bye), Err(RtcpError::NoReport(203)));
        assert!(Compound::parse_reduced_size(&bye).is_ok());
        assert_eq!(Compound::parse(&compound(&[&REPORT, &bye])).unwrap().packets().count(), 2);
    }

    #[test]
    fn nothing_is_no_compound() {
        assert_eq!(Compound::parse(&[]), Err(RtcpError::TooShort(0)));
        assert_eq!(Compound::parse_reduced_size(&[]), Err(RtcpError::TooShort(0)));
    }

    #[test]
    fn lengths_must_add_up() {
        assert_eq!(Compound::parse(&REPORT[..7]), Err(RtcpError::Length(0)));
        assert_eq!(Compound::parse(&compound(&[&REPORT, &[0x80]])), Err(RtcpError::TooShort(9)));
        assert_eq!(Compound::parse(&compound(&[&REPORT, &[0x80, 204, 0, 1]])), Err(RtcpError::Length(8)));
    }

    #[test]
    fn every_packet_has_version_2() {
        assert_eq!(Compound::parse(&compound(&[&REPORT, &[0x40, 204, 0, 0]])), Err(RtcpError::Version(1)));
    }

    #[test]
    fn only_the_last_packet_may_be_padded() {
        let padded = [0xA0, 204, 0, 2, 9, 9, 9, 9, 0, 0, 0, 4];
        let octets = compound(&[&REPORT, &padded]);
        let parsed = Compound::parse(&octets).unwrap();
        let Some(Packet::Other(raw)) = parsed.packets().nth(1) else { panic!("an application packet") };
        assert_eq!((raw.packet_type, raw.count, raw.body), (204, 0, &[9, 9, 9, 9][..]));
        let turned = compound(&[&REPORT, &padded, &REPORT]);
        assert_eq!(Compound::parse(&turned), Err(RtcpError::Padding(8)));
        assert_eq!(
            Compound::parse(&compound(&[&REPORT, &[0xA0, 204, 0, 1, 0, 0, 0, 5]])),
            Err(RtcpError::Padding(8))
        );
    }

    #[test]
    fn a_count_needs_its_blocks() {
        let mut octets = REPORT;
        octets[0] |= 1;
        assert_eq!(Compound::parse(&octets), Err(RtcpError::Content { at: 0, packet_type: 201 }));
    }
}
