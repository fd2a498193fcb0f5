/// What a datagram on a media port is, by its first octets (RFC 7983, RFC 5761).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Media: [`Packet::parse`](crate::Packet::parse) comes next.
    Rtp,
    /// Control: [`rtcp::Compound::parse`](crate::rtcp::Compound::parse) comes next.
    Rtcp,
    /// A connectivity check, or a phone asking for its public address (RFC 8489).
    Stun,
    /// ZRTP key agreement (RFC 6189).
    Zrtp,
    /// A DTLS record, for DTLS-SRTP (RFC 5764).
    Dtls,
    /// Data of a TURN channel (RFC 8656).
    TurnChannel,
    /// None of these: drop it and count it.
    Unknown,
}

/// Tells apart what may arrive on one media port. Looks at two octets, and at the length for STUN.
///
/// ```
/// use rtp::{Kind, classify};
///
/// assert_eq!(classify(&[0x80, 0x00]), Kind::Rtp);
/// assert_eq!(classify(&[0x80, 200]), Kind::Rtcp); // a sender report
/// assert_eq!(classify(b"\r\n\r\n"), Kind::Unknown); // a keep-alive of the wrong kind
/// ```
#[inline]
pub fn classify(datagram: &[u8]) -> Kind {
    match *datagram {
        [128..=191, second, ..] => {
            if is_rtcp_type(second) {
                Kind::Rtcp
            } else {
                Kind::Rtp
            }
        }
        [0..=3, ..] if is_stun(datagram) => Kind::Stun,
        [16..=19, ..] => Kind::Zrtp,
        [20..=63, ..] => Kind::Dtls,
        [64..=79, ..] => Kind::TurnChannel,
        _ => Kind::Unknown,
    }
}

/// Whether a datagram of version 2 is RTCP rather than RTP (RFC 5761 §4): packet types 192 to 223, which is why
/// payload types 64 to 95 are not given out where both share a port.
#[inline]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(*datagram, [128..=191, second, ..] if is_rtcp_type(second))
}

/// Whether a datagram can be a STUN message (RFC 8489 §5): two zero bits, and a length, a multiple of four, that
/// fills it. The magic cookie is not asked for, as the classic STUN of RFC 3489, which phones still speak, has none.
#[inline]
pub fn is_stun(datagram: &[u8]) -> bool {
    match *datagram {
        [0..=3, _, high, low, ..] => {
            let length = usize::from(u16::from_be_bytes([high, low]));
            length.is_multiple_of(4) && datagram.len() == 20 + length
        }
        _ => false,
    }
}

#[inline]
fn is_rtcp_type(second: u8) -> bool {
    matches!(second, 192..=223)
}

#[cfg(test)]
mod tests {
    use super::{Kind, classify, is_rtcp, is_stun};

    #[test]
    fn every_pair_of_first_octets_has_one_kind() {
        for first in 0..=255 {
            for second in 0..=255 {
                let kind = classify(&[first, second]);
                assert_eq!(is_rtcp(&[first, second]), kind == Kind::Rtcp);
                let expected = match first {
                    16..=19 => Kind::Zrtp,
                    20..=63 => Kind::Dtls,
                    64..=79 => Kind::TurnChannel,
                    128..=191 if (192..=223).contains(&second) => Kind::Rtcp,
                    128..=191 => Kind::Rtp,
                    _ => Kind::Unknown, // two octets are no STUN message
                };
                assert_eq!(kind, expected);
            }
        }
    }

    #[test]
    fn the_length_tells_stun() {
        let mut binding = [0; 28];
        binding[1] = 1;
        binding[3] = 8;
        assert_eq!(classify(&binding), Kind::Stun);
        assert!(!is_stun(&binding[..27]));
        binding[3] = 6;
        assert!(!is_stun(&binding));
    }

    #[test]
    fn fewer_than_two_octets_are_nothing() {
        assert_eq!(classify(&[]), Kind::Unknown);
        assert_eq!(classify(&[0x80]), Kind::Unknown);
    }
}
