//! A message as the datagram that it might have been: IP (RFC 791, RFC 8200) and UDP (RFC 768).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The longest packet, in octets.
pub(super) const LONGEST: usize = 65_535;

/// The headers of IPv6 and UDP, which are the longer ones.
const MOST_HEADERS: usize = 48;

/// The protocol number of UDP.
const UDP: u8 = 17;

/// How many routers a packet passes, as most systems begin.
const HOPS: u8 = 64;

/// The packet from the first end to the second, and how long it would be with all of the message: what is too long for a packet is
/// cut off.
pub(super) fn of_message(ends: [SocketAddr; 2], message: &[u8]) -> (Vec<u8>, usize) {
    let kept = message.get(..LONGEST - MOST_HEADERS).unwrap_or(message);
    let length = (8 + kept.len()) as u16;
    let (mut packet, addresses) = match ends.map(|end| end.ip().to_canonical()) {
        [IpAddr::V4(from), IpAddr::V4(to)] => {
            (header_of_4(from, to, length), [from.octets(), to.octets()].concat())
        }
        mixed => {
            let [from, to] = mixed.map(as_version_6);
            (header_of_6(from, to, length), [from.octets(), to.octets()].concat())
        }
    };
    let [from, to] = ends.map(|end| end.port().to_be_bytes());
    let length = length.to_be_bytes();
    // The sum is taken over the addresses as well.
    let sum = match checksum(&[&addresses, &[0, UDP], &length, &from, &to, &length, kept]) {
        // Zero would say that there is none.
        0 => u16::MAX,
        sum => sum,
    };
    for part in [from, to, length, sum.to_be_bytes()] {
        packet.extend(part);
    }
    packet.extend(kept);
    let whole_length = packet.len() + message.len() - kept.len();
    (packet, whole_length)
}

/// The header of a packet that carries so many octets.
fn header_of_4(from: Ipv4Addr, to: Ipv4Addr, carried: u16) -> Vec<u8> {
    let mut header = vec![0; 20];
    header[0] = 0x45;
    header[2..4].copy_from_slice(&(carried + 20).to_be_bytes());
    header[8] = HOPS;
    header[9] = UDP;
    header[12..16].copy_from_slice(&from.octets());
    header[16..20].copy_from_slice(&to.octets());
    let sum = checksum(&[&header]);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    header
}

/// The header of a packet that carries so many octets.
fn header_of_6(from: Ipv6Addr, to: Ipv6Addr, carried: u16) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend(carried.to_be_bytes());
    header.extend([UDP, HOPS]);
    header.extend(from.octets());
    header.extend(to.octets());
    header
}

fn as_version_6(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

/// The checksum of the internet (RFC 1071) over parts, of which all but the last have an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2)).map(|pair| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(u16::from_be_bytes([high, 0])),
        _ => 0,
    });
    // A packet has fewer than 32,768 words of 16 bits: their sum fits.
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) as u16 + (folded >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: &str, to: &str, message: &[u8]) -> (Vec<u8>, usize) {
        of_message([from.parse().unwrap(), to.parse().unwrap()], message)
    }

    #[test]
    fn headers_say_where_from_and_where_to() {
        let (packet, length) = of("192.0.2.1:5060", "198.51.100.7:5062", b"hello");
        assert_eq!((packet.len(), length), (33, 33));
        assert_eq!(packet[..10], [0x45, 0, 0, 33, 0, 0, 0, 0, 64, 17]);
        assert_eq!(packet[12..20], [192, 0, 2, 1, 198, 51, 100, 7]);
        assert_eq!(packet[20..26], [0x13, 0xc4, 0x13, 0xc6, 0, 13]);
        assert!(packet.ends_with(b"hello"));
        let (packet, length) = of("[2001:db8::1]:5060", "[2001:db8::2]:5061", b"hello");
        assert_eq!((packet.len(), length), (53, 53));
        assert_eq!(packet[..8], [0x60, 0, 0, 0, 0, 13, 17, 64]);
        assert_eq!((packet[23], packet[39]), (1, 2));
        // An address of IPv4 on a socket for both, and one that was mixed up with the other family.
        assert_eq!(of("[::ffff:192.0.2.1]:1", "192.0.2.2:2", b"").0[12..20], [192, 0, 2, 1, 192, 0, 2, 2]);
        assert_eq!(of("[2001:db8::1]:1", "192.0.2.2:2", b"").0[34..40], [0xff, 0xff, 192, 0, 2, 2]);
    }

    #[test]
    fn what_no_packet_can_hold_is_cut_off() {
        for (from, headers) in [("192.0.2.1:5060", 28), ("[2001:db8::1]:5060", 48)] {
            let (packet, length) = of(from, from, &[b'x'; 70_000]);
            assert_eq!((packet.len(), length), (65_487 + headers, 70_000 + headers), "{from}");
        }
    }

    proptest::proptest! {
        /// Who adds up all that a sum was taken over, and the sum, comes to ones alone.
        #[test]
        fn sums_are_right(from: Ipv4Addr, to: Ipv4Addr, ports: (u16, u16), message: Vec<u8>) {
            let ends = [SocketAddr::from((from, ports.0)), SocketAddr::from((to, ports.1))];
            let (packet, _) = of_message(ends, &message);
            proptest::prop_assert_eq!(checksum(&[&packet[..20]]), 0);
            let pseudo = [0, UDP, packet[24], packet[25]];
            proptest::prop_assert_eq!(checksum(&[&packet[12..20], &pseudo, &packet[20..]]), 0);
            let mapped = ends.map(|end| SocketAddr::from((as_version_6(end.ip()), end.port())));
            proptest::prop_assert_eq!(of_message(mapped, &message).0, packet);
        }
    }
}
