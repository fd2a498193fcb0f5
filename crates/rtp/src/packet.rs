use core::ops::Range;

use crate::Header;

/// Why octets were refused as an RTP packet (RFC 3550 §5.1, appendix A.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PacketError {
    /// Fewer octets than the fixed header has.
    #[error("{0} octets are too few for an RTP header of 12")]
    TooShort(usize),
    /// Another version than 2: not RTP, or its predecessor.
    #[error("RTP version {0} is not 2")]
    Version(u8),
    /// More contributing sources announced than there are octets for.
    #[error("{0} contributing sources reach beyond the packet")]
    Sources(u8),
    /// The header extension ends beyond the packet.
    #[error("the header extension reaches beyond the packet")]
    Extension,
    /// The last octet counts no padding at all, or more of it than there is after the header.
    #[error("{0} octets of padding do not fit between header and end")]
    Padding(u8),
}

/// An RTP packet, seen in the octets that hold it (RFC 3550 §5.1).
///
/// [`Packet::parse`] checks every length once, so no accessor can fail. Copies nothing, allocates nothing.
///
/// ```
/// let octets = [0x80, 0x80, 0, 7, 0, 0, 0, 160, 0, 0xC0, 0xFF, 0xEE, 0xFF, 0xFF];
/// let packet = rtp::Packet::parse(&octets)?;
/// assert!(packet.marker());
/// assert_eq!((packet.payload_type(), packet.sequence(), packet.timestamp()), (0, 7, 160));
/// assert_eq!(packet.payload(), [0xFF, 0xFF]);
/// # Ok::<(), rtp::PacketError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    octets: &'a [u8],
    header: Header,
    /// Where the header extension's words start; equal to `payload_start` without an extension.
    extension_start: u32,
    payload_start: u32,
    payload_end: u32,
}

impl<'a> Packet<'a> {
    /// Looks at a datagram as an RTP packet.
    ///
    /// Whether it is one at all, and not RTCP on the same port, is for [`classify`](crate::classify) to say.
    ///
    /// # Errors
    /// [`PacketError`] when the version is not 2 or a length inside reaches beyond the end.
    #[inline]
    pub fn parse(octets: &'a [u8]) -> Result<Self, PacketError> {
        let header = fixed_header(octets)?;
        if octets.first() == Some(&0x80) {
            // No padding, no extension, no contributing sources: nearly every packet there is.
            return Ok(Self::new(octets, header, Header::LENGTH, Header::LENGTH, octets.len()));
        }
        Self::parse_optional(octets, header)
    }

    /// The parts that few packets have.
    fn parse_optional(octets: &'a [u8], header: Header) -> Result<Self, PacketError> {
        let (extension_start, payload_start) = optional_parts(octets)?;
        let padding = match octets.last() {
            Some(&last) if octets[0] & 0x20 != 0 => {
                if last == 0 || usize::from(last) > octets.len() - payload_start {
                    return Err(PacketError::Padding(last));
                }
                usize::from(last)
            }
            _ => 0,
        };
        Ok(Self::new(octets, header, extension_start, payload_start, octets.len() - padding))
    }

    #[inline]
    fn new(octets: &'a [u8], header: Header, extension: usize, payload: usize, end: usize) -> Self {
        Self {
            octets,
            header,
            extension_start: extension as u32,
            payload_start: payload as u32,
            payload_end: end as u32,
        }
    }

    /// The fields of the fixed header, as a value.
    #[inline]
    pub fn header(&self) -> Header {
        self.header
    }

    /// What the payload is, 0 to 127.
    #[inline]
    pub fn payload_type(&self) -> u8 {
        self.header.payload_type
    }

    /// Whether this is the first packet after a silence, or of a telephone event.
    #[inline]
    pub fn marker(&self) -> bool {
        self.header.marker
    }

    /// The packet's number, modulo 2¹⁶.
    #[inline]
    pub fn sequence(&self) -> u16 {
        self.header.sequence
    }

    /// When the first sample was taken, in ticks of the payload's clock.
    #[inline]
    pub fn timestamp(&self) -> u32 {
        self.header.timestamp
    }

    /// The stream that the packet belongs to.
    #[inline]
    pub fn ssrc(&self) -> u32 {
        self.header.ssrc
    }

    /// Contributing sources: who was mixed into this, at most 15.
    pub fn csrcs(&self) -> impl ExactSizeIterator<Item = u32> + 'a {
        let end = Header::LENGTH + 4 * usize::from(self.octets[0] & 0x0F);
        let (words, _) = self.octets[Header::LENGTH..end].as_chunks();
        words.iter().map(|word| u32::from_be_bytes(*word))
    }

    /// The header extension, where there is one (RFC 3550 §5.3.1).
    pub fn extension(&self) -> Option<Extension<'a>> {
        if self.octets[0] & 0x10 == 0 {
            return None;
        }
        let start = self.extension_start as usize;
        Some(Extension {
            profile: u16::from_be_bytes([self.octets[start - 4], self.octets[start - 3]]),
            data: &self.octets[start..self.payload_start as usize],
        })
    }

    /// The payload, without padding. May be empty.
    #[inline]
    pub fn payload(&self) -> &'a [u8] {
        &self.octets[self.payload_range()]
    }

    /// Where in the packet the payload is, for whoever changes it in place.
    #[inline]
    pub fn payload_range(&self) -> Range<usize> {
        self.payload_start as usize..self.payload_end as usize
    }

    /// Takes the header extension out of the packet in `octets`, in place, and returns the length that is left of it.
    /// Element numbers of an extension mean what one session has agreed on (RFC 8285 §5), so they may not go on to another.
    ///
    /// For a packet that [`Packet::parse`] has accepted; what it would refuse stays as it is.
    ///
    /// ```
    /// let mut octets = [0x90, 0, 0, 7, 0, 0, 0, 160, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x10, 9, 0, 0, 0xFF, 0xFE];
    /// assert_eq!(rtp::Packet::remove_extension(&mut octets), 14);
    /// assert_eq!(octets[..14], [0x80, 0, 0, 7, 0, 0, 0, 160, 0, 0, 0, 1, 0xFF, 0xFE]);
    /// ```
    #[inline]
    pub fn remove_extension(octets: &mut [u8]) -> usize {
        match octets.first() {
            Some(first) if first & 0x10 != 0 => cut_extension(octets),
            _ => octets.len(),
        }
    }

    /// The whole packet.
    #[inline]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.octets
    }
}

#[cold]
fn cut_extension(octets: &mut [u8]) -> usize {
    let Ok((_, payload)) = optional_parts(octets) else { return octets.len() };
    let sources_end = Header::LENGTH + 4 * usize::from(octets[0] & 0x0F);
    octets.copy_within(payload.., sources_end);
    octets[0] &= !0x10;
    octets.len() - (payload - sources_end)
}

/// The fixed header; checks the length and the version.
#[inline]
fn fixed_header(octets: &[u8]) -> Result<Header, PacketError> {
    let Some(start) = octets.first_chunk::<{ Header::LENGTH }>() else {
        return Err(PacketError::TooShort(octets.len()));
    };
    if start[0] >> 6 != 2 {
        return Err(PacketError::Version(start[0] >> 6));
    }
    Ok(Header {
        payload_type: start[1] & 0x7F,
        marker: start[1] & 0x80 != 0,
        sequence: u16::from_be_bytes([start[2], start[3]]),
        timestamp: u32::from_be_bytes([start[4], start[5], start[6], start[7]]),
        ssrc: u32::from_be_bytes([start[8], start[9], start[10], start[11]]),
    })
}

/// Where the words of the extension and the payload start, behind a fixed header.
fn optional_parts(octets: &[u8]) -> Result<(usize, usize), PacketError> {
    let sources = octets[0] & 0x0F;
    let sources_end = Header::LENGTH + 4 * usize::from(sources);
    if sources_end > octets.len() {
        return Err(PacketError::Sources(sources));
    }
    let (extension_start, payload_start) = if octets[0] & 0x10 == 0 {
        (sources_end, sources_end)
    } else {
        let Some(&[_, _, high, low]) = octets[sources_end..].first_chunk() else {
            return Err(PacketError::Extension);
        };
        let start = sources_end + 4;
        (start, start + 4 * usize::from(u16::from_be_bytes([high, low])))
    };
    if payload_start > octets.len() {
        return Err(PacketError::Extension);
    }
    Ok((extension_start, payload_start))
}

/// The header, and where the payload starts, of a packet whose end cannot be read yet: padding is encrypted as well.
#[inline]
pub(crate) fn payload_start(octets: &[u8]) -> Result<(Header, usize), PacketError> {
    let header = fixed_header(octets)?;
    match octets.first() {
        Some(0x80) => Ok((header, Header::LENGTH)),
        _ => optional_parts(octets).map(|(_, payload)| (header, payload)),
    }
}

/// A header extension (RFC 3550 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// What it is: 0xBEDE and 0x1000 are the element lists of RFC 8285.
    pub profile: u16,
    /// Its words, a multiple of four octets.
    pub data: &'a [u8],
}

#[cfg(test)]
mod tests {
    use super::{Extension, Packet, PacketError};

    fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
        let mut octets = vec![first, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        octets.extend_from_slice(rest);
        octets
    }

    #[test]
    fn eleven_octets_are_too_few() {
        assert_eq!(Packet::parse(&[0x80; 11]), Err(PacketError::TooShort(11)));
        assert_eq!(Packet::parse(&[]), Err(PacketError::TooShort(0)));
    }

    #[test]
    fn other_versions_are_refused() {
        for version in [0, 1, 3] {
            assert_eq!(Packet::parse(&packet(version << 6, &[])), Err(PacketError::Version(version)));
        }
    }

    #[test]
    fn contributing_sources_are_listed() {
        let octets = packet(0x82, &[0, 0, 0, 4, 0, 0, 0, 5, 0xAA]);
        let parsed = Packet::parse(&octets).unwrap();
        assert_eq!(parsed.csrcs().collect::<Vec<_>>(), [4, 5]);
        assert_eq!(parsed.payload(), [0xAA]);
        assert_eq!(Packet::parse(&octets[..19]), Err(PacketError::Sources(2)));
    }

    #[test]
    fn extension_is_kept_apart_from_the_payload() {
        let octets = packet(0x90, &[0xBE, 0xDE, 0, 1, 1, 2, 3, 4, 0xAA]);
        let parsed = Packet::parse(&octets).unwrap();
        assert_eq!(parsed.extension(), Some(Extension { profile: 0xBEDE, data: &[1, 2, 3, 4] }));
        assert_eq!(parsed.payload(), [0xAA]);
        for cut in 12..20 {
            assert_eq!(Packet::parse(&octets[..cut]), Err(PacketError::Extension));
        }
    }

    #[test]
    fn an_extension_may_be_empty() {
        let octets = packet(0x90, &[0x10, 0, 0, 0]);
        let parsed = Packet::parse(&octets).unwrap();
        assert_eq!(parsed.extension(), Some(Extension { profile: 0x1000, data: &[] }));
        assert_eq!(parsed.payload(), []);
    }

    #[test]
    fn padding_is_taken_off() {
        assert_eq!(Packet::parse(&packet(0xA0, &[0xAA, 0, 0, 3])).unwrap().payload(), [0xAA]);
        assert_eq!(Packet::parse(&packet(0xA0, &[0, 0, 0, 4])).unwrap().payload(), []);
    }

    #[test]
    fn impossible_padding_is_refused() {
        assert_eq!(Packet::parse(&packet(0xA0, &[1, 2, 3, 0])), Err(PacketError::Padding(0)));
        assert_eq!(Packet::parse(&packet(0xA0, &[1, 2, 3, 5])), Err(PacketError::Padding(5)));
        // Without a payload the last octet is one of the header.
        assert_eq!(Packet::parse(&packet(0xA0, &[])), Err(PacketError::Padding(3)));
    }
}
