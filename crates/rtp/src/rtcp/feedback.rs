//! Feedback on what was received: requests for packets, and for pictures (RFC 4585 §6, RFC 5104 §4.3).
//!
//! ```
//! use rtp::rtcp::feedback::Feedback;
//! use rtp::rtcp::{Compound, CompoundWriter, Packet};
//!
//! let mut octets = [0; 32];
//! let mut writer = CompoundWriter::new(&mut octets);
//! writer.feedback(7, 9, &Feedback::PictureLoss)?;
//! let length = writer.finish();
//!
//! // Reduced size: feedback may stand alone where both sides agreed on it (RFC 5506).
//! let compound = Compound::parse_reduced_size(&octets[..length])?;
//! let Some(Packet::Feedback(report)) = compound.packets().next() else { panic!("as written") };
//! assert_eq!((report.sender, report.media, report.feedback), (7, 9, Feedback::PictureLoss));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::writer::Body;
use super::{RawPacket, packet_type, word};

/// Octets before what a packet of feedback is about: its sender, and the source (RFC 4585 §6.1).
const HEAD: usize = 8;

/// A packet of feedback (RFC 4585 §6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedbackPacket<'a> {
    /// Who sends it.
    pub sender: u32,
    /// The source that it is about; 0 where its entries name their own.
    pub media: u32,
    /// What it says.
    pub feedback: Feedback<'a>,
}

/// What a receiver asks for or tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feedback<'a> {
    /// These packets are missing (generic NACK, RFC 4585 §6.2.1).
    Missing(MissingPackets<'a>),
    /// A picture cannot be decoded: send one that needs no other (PLI, RFC 4585 §6.3.1).
    PictureLoss,
    /// Send a picture that needs no other, for example for who joins (FIR, RFC 5104 §4.3.1).
    FullPicture(FullPictureRequests<'a>),
    /// Any other.
    Other {
        /// Whether it is about packets rather than about what is in them.
        is_transport: bool,
        /// Its type, five bits.
        format: u8,
        /// Its content.
        content: &'a [u8],
    },
}

/// Numbers of missing packets, in entries of a number and a mask of the 16 after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingPackets<'a> {
    entries: &'a [u8],
}

impl<'a> MissingPackets<'a> {
    /// For entries of four octets: a number, and the mask of those after it, the next one in the lowest bit. `None` where there
    /// is none, or not a whole one.
    pub fn new(entries: &'a [u8]) -> Option<Self> {
        (!entries.is_empty() && entries.len().is_multiple_of(4)).then_some(Self { entries })
    }

    /// The same packets where they bear numbers that are less by `offset`, written into `place`. `None` where that is too small.
    pub fn counted_from<'p>(&self, offset: u16, place: &'p mut [u8]) -> Option<MissingPackets<'p>> {
        let place = place.get_mut(..self.entries.len())?;
        place.copy_from_slice(self.entries);
        for [high, low, ..] in place.as_chunks_mut::<4>().0 {
            let number = u16::from_be_bytes([*high, *low]).wrapping_sub(offset);
            [*high, *low] = number.to_be_bytes();
        }
        MissingPackets::new(place)
    }

    /// Each number, and those that its mask names.
    pub fn iter(&self) -> impl Iterator<Item = u16> + Clone + use<'a> {
        self.entries.as_chunks::<4>().0.iter().flat_map(|&[high, low, mask_high, mask_low]| {
            let first = u16::from_be_bytes([high, low]);
            let mask = u32::from(u16::from_be_bytes([mask_high, mask_low])) << 1 | 1;
            (0..17_u16).filter(move |bit| mask >> bit & 1 == 1).map(move |bit| first.wrapping_add(bit))
        })
    }
}

/// Sources that are asked for a full picture, in entries of an SSRC and the number of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullPictureRequests<'a> {
    entries: &'a [u8],
}

impl<'a> FullPictureRequests<'a> {
    /// For entries of eight octets: an SSRC, the number of the request, and three of no meaning. `None` where there is none, or
    /// not a whole one.
    pub fn new(entries: &'a [u8]) -> Option<Self> {
        (!entries.is_empty() && entries.len().is_multiple_of(8)).then_some(Self { entries })
    }

    /// Each source, and the number of the request to it. A repeated number is the same request again.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, u8)> + use<'a> {
        self.entries.as_chunks::<8>().0.iter().map(|entry| (word(entry, 0), entry[4]))
    }
}

impl<'a> FeedbackPacket<'a> {
    pub(super) fn is_valid(raw: &RawPacket<'_>) -> bool {
        raw.body.len() >= HEAD
    }

    pub(super) fn new(raw: &RawPacket<'a>) -> Self {
        let content = raw.body.get(HEAD..).unwrap_or_default();
        let is_transport = raw.packet_type == packet_type::TRANSPORT_FEEDBACK;
        let known = match (is_transport, raw.count) {
            (true, 1) => MissingPackets::new(content).map(Feedback::Missing),
            (false, 1) if content.is_empty() => Some(Feedback::PictureLoss),
            (false, 4) => FullPictureRequests::new(content).map(Feedback::FullPicture),
            _ => None,
        };
        let feedback = known.unwrap_or(Feedback::Other { is_transport, format: raw.count, content });
        Self { sender: word(raw.body, 0), media: word(raw.body, 4), feedback }
    }
}

impl<'a> Feedback<'a> {
    /// The packet type and the five bits of its format.
    pub(super) fn kind(&self) -> (u8, u8) {
        match self {
            Self::Missing(_) => (packet_type::TRANSPORT_FEEDBACK, 1),
            Self::PictureLoss => (packet_type::PAYLOAD_FEEDBACK, 1),
            Self::FullPicture(_) => (packet_type::PAYLOAD_FEEDBACK, 4),
            Self::Other { is_transport: true, format, .. } => (packet_type::TRANSPORT_FEEDBACK, *format),
            Self::Other { is_transport: false, format, .. } => (packet_type::PAYLOAD_FEEDBACK, *format),
        }
    }

    /// Octets of the packet's body.
    pub(super) fn length(&self) -> usize {
        HEAD + self.content().len()
    }

    /// Writes the body.
    pub(super) fn write(&self, sender: u32, media: u32, place: &mut Body<'_>) {
        place.put(&sender.to_be_bytes());
        place.put(&media.to_be_bytes());
        place.put(self.content());
    }

    fn content(&self) -> &'a [u8] {
        match self {
            Self::Missing(missing) => missing.entries,
            Self::PictureLoss => &[],
            Self::FullPicture(requests) => requests.entries,
            Self::Other { content, .. } => content,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Feedback, FeedbackPacket, FullPictureRequests, MissingPackets};
    use crate::rtcp::RawPacket;

    fn read(packet_type: u8, count: u8, body: &[u8]) -> FeedbackPacket<'_> {
        let raw = RawPacket { packet_type, count, body };
        assert!(FeedbackPacket::is_valid(&raw));
        FeedbackPacket::new(&raw)
    }

    #[test]
    fn missing_packets_are_named_by_masks() {
        let body = [0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 0x03, 0, 9, 0, 0];
        let Feedback::Missing(missing) = read(205, 1, &body).feedback else { panic!("a NACK") };
        assert!(missing.iter().eq([65_534, 65_535, 0, 14, 9]));
        assert_eq!(MissingPackets::new(&body[8..15]), None);
        let mut place = [0; 8];
        let moved = missing.counted_from(10, &mut place).expect("room for two entries");
        assert!(moved.iter().eq([65_524, 65_525, 65_526, 4, 65_535]));
        assert_eq!(missing.counted_from(10, &mut [0; 4]), None);
    }

    #[test]
    fn pictures_are_asked_for_in_two_ways() {
        let body = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 77, 0, 0, 0];
        assert_eq!(read(206, 1, &body[..8]).feedback, Feedback::PictureLoss);
        let Feedback::FullPicture(requests) = read(206, 4, &body).feedback else { panic!("a FIR") };
        assert!(requests.iter().eq([(3, 77)]));
        assert_eq!(FullPictureRequests::new(&[]), None);
    }

    #[test]
    fn the_rest_stays_as_it_is() {
        let body = [0, 0, 0, 1, 0, 0, 0, 2, b'R', b'E', b'M', b'B'];
        let packet = read(206, 15, &body);
        assert_eq!((packet.sender, packet.media), (1, 2));
        let expected = Feedback::Other { is_transport: false, format: 15, content: b"REMB" };
        assert_eq!(packet.feedback, expected);
        assert!(matches!(read(205, 1, &body[..8]).feedback, Feedback::Other { is_transport: true, .. }));
        assert!(!FeedbackPacket::is_valid(&RawPacket { packet_type: 206, count: 1, body: &body[..4] }));
    }
}
