use crate::{Packet, PacketError};

/// The fields of the fixed RTP header that a sender chooses (RFC 3550 §5.1).
///
/// As a value it heads a new packet ([`Header::write`]) or takes the place of the header of a packet that is passed
/// on ([`Header::rewrite`]).
///
/// ```
/// use rtp::{Header, Packet};
///
/// let header = Header { payload_type: 0, marker: true, sequence: 7, timestamp: 160, ssrc: 0xC0FFEE };
/// let mut packet = [0xFF; 172];
/// let payload_at = header.write(&mut packet);
/// assert_eq!(payload_at, Header::LENGTH);
/// assert_eq!(Packet::parse(&packet)?.header(), header);
/// # Ok::<(), rtp::PacketError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Header {
    /// What the payload is, 0 to 127, as agreed in SDP or fixed by RFC 3551.
    pub payload_type: u8,
    /// For audio: the first packet after a silence (RFC 3551 §4.1), or the first of a telephone event.
    pub marker: bool,
    /// Counts packets, modulo 2¹⁶.
    pub sequence: u16,
    /// When the first sample was taken, in ticks of the payload's clock, modulo 2³².
    pub timestamp: u32,
    /// Names the stream within its session.
    pub ssrc: u32,
}

impl Header {
    /// Octets of a header without contributing sources and extension.
    pub const LENGTH: usize = 12;

    /// The header as it goes on the wire: version 2, no padding, no extension, no contributing sources.
    #[inline]
    pub const fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let [s0, s1] = self.sequence.to_be_bytes();
        let [t0, t1, t2, t3] = self.timestamp.to_be_bytes();
        let [c0, c1, c2, c3] = self.ssrc.to_be_bytes();
        [0x80, self.second_octet(), s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]
    }

    /// Writes the header at the start of `packet` and returns its length, after which the payload goes.
    /// Returns 0, and writes nothing, where fewer than [`Header::LENGTH`] octets are there.
    #[inline]
    pub fn write(&self, packet: &mut [u8]) -> usize {
        match packet.first_chunk_mut() {
            Some(start) => {
                *start = self.to_bytes();
                Self::LENGTH
            }
            None => 0,
        }
    }

    /// Puts these fields into a packet in place. Contributing sources, extension, payload and padding stay.
    ///
    /// # Errors
    /// As [`Packet::parse`]; the packet is untouched then.
    pub fn rewrite(&self, packet: &mut [u8]) -> Result<(), PacketError> {
        Packet::parse(packet)?;
        self.rewrite_valid(packet);
        Ok(())
    }

    /// As [`Header::rewrite`], for a packet that [`Packet::parse`] has accepted: looks at nothing again.
    /// Does nothing to fewer octets than a header has.
    #[inline]
    pub fn rewrite_valid(&self, packet: &mut [u8]) {
        if let Some(start) = packet.first_chunk_mut::<{ Self::LENGTH }>() {
            let first = start[0]; // version, padding, extension and the count of contributing sources
            *start = self.to_bytes();
            start[0] = first;
        }
    }

    const fn second_octet(&self) -> u8 {
        ((self.marker as u8) << 7) | (self.payload_type & 0x7F)
    }
}

#[cfg(test)]
mod tests {
    use super::Header;
    use crate::{Packet, PacketError};

    const HEADER: Header =
        Header { payload_type: 8, marker: false, sequence: 0xFFFE, timestamp: 0xFFFF_FF00, ssrc: 1 };

    #[test]
    fn writes_nothing_into_too_little() {
        let mut short = [9; 11];
        assert_eq!(HEADER.write(&mut short), 0);
        assert_eq!(short, [9; 11]);
    }

    #[test]
    fn a_payload_type_never_touches_the_marker() {
        let header = Header { payload_type: 0xFF, ..HEADER };
        assert_eq!(header.to_bytes()[1], 0x7F);
    }

    #[test]
    fn rewriting_keeps_all_but_its_fields() {
        // One contributing source, an extension of one word, a payload of two octets, two octets of padding.
        let mut packet = [
            0xB1, 0x80, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0xBE, 0xDE, 0, 1, 5, 6, 7, 8, 0xAA, 0xBB,
            0, 2,
        ];
        let before = packet;
        HEADER.rewrite(&mut packet).unwrap();
        let after = Packet::parse(&packet).unwrap();
        assert_eq!(after.header(), HEADER);
        assert_eq!(packet[12..], before[12..]);
        assert_eq!(after.payload(), [0xAA, 0xBB]);
    }

    #[test]
    fn what_is_no_packet_is_not_rewritten() {
        let mut packet = [0; 40];
        assert_eq!(HEADER.rewrite(&mut packet), Err(PacketError::Version(0)));
        assert_eq!(packet, [0; 40]);
    }
}
