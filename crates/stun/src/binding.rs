use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;
const MAGIC_COOKIE: u32 = 0x2112_A442;
const HEADER: usize = 20;

const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const ERROR_CODE: u16 = 0x0009;
const MAPPED_ADDRESS: u16 = 0x0001;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
/// What RFC 3489 asks for with these is not done here: the answer goes to where the request came from.
const RESPONSE_ADDRESS: u16 = 0x0002;
const CHANGE_REQUEST: u16 = 0x0003;
/// Attributes below must be understood. Of those, the ones of authentication may stand in a request: nothing of what
/// is told here needs it.
const OPTIONAL: u16 = 0x8000;
const OF_AUTHENTICATION: &[u16] = &[0x0006, 0x0008, 0x0014, 0x0015, 0x001C, 0x001D, 0x001E];

/// What a datagram is to STUN.
#[derive(Debug, PartialEq, Eq)]
pub enum Stun {
    /// Something else.
    Other,
    /// STUN that asks for nothing, or is broken.
    Silence,
    /// A request; the response to it.
    Response(Vec<u8>),
}

/// Reads a datagram that came from `source`, which is what a binding request is told (XOR-MAPPED-ADDRESS).
///
/// Requests of the classic STUN (RFC 3489), which phones still send, have no magic cookie. They are known by their first two
/// bits and a length that fits, which nothing of SIP or RTP has, and get MAPPED-ADDRESS. One that wants its answer from another
/// address gets none, so that it finds no way open that is not.
///
/// The answer is never longer than the request by more than 44 octets.
pub fn read(datagram: &[u8], source: SocketAddr) -> Stun {
    let Some((header, attributes)) = datagram.split_at_checked(HEADER) else { return Stun::Other };
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    if header[0] & 0xC0 != 0 {
        return Stun::Other;
    }
    let fits = usize::from(word(2)) == attributes.len();
    let classic = header[4..8] != MAGIC_COOKIE.to_be_bytes();
    if classic && !(fits && attributes.len().is_multiple_of(4)) {
        return Stun::Other;
    }
    if !fits || word(0) != BINDING_REQUEST {
        return Stun::Silence;
    }
    let Some(mut unknown) = unknown_attributes(attributes) else { return Stun::Silence };
    if classic {
        if wants_another_source(attributes) {
            return Stun::Silence;
        }
        unknown.retain(|kind| ![RESPONSE_ADDRESS, CHANGE_REQUEST].contains(kind));
    }
    let transaction = &header[4..HEADER];
    let address = match classic {
        true => (MAPPED_ADDRESS, mapped(source, &[0; HEADER - 4])),
        false => (XOR_MAPPED_ADDRESS, mapped(source, transaction)),
    };
    Stun::Response(match unknown.is_empty() {
        true => response(BINDING_SUCCESS, transaction, &[address]),
        false => refusal(transaction, &unknown),
    })
}

/// Whether a CHANGE-REQUEST asks for an answer from another address or port (RFC 3489 section 11.2.4).
fn wants_another_source(mut rest: &[u8]) -> bool {
    while let Some((&[kind_high, kind_low, high, low], tail)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let value = tail.get(..length).unwrap_or_default();
        if u16::from_be_bytes([kind_high, kind_low]) == CHANGE_REQUEST
            && value.iter().any(|octet| *octet != 0)
        {
            return true;
        }
        rest = tail.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

/// The attributes that must be understood and are not; `None` when they cannot be read.
fn unknown_attributes(mut rest: &[u8]) -> Option<Vec<u16>> {
    let mut unknown = Vec::new();
    while !rest.is_empty() {
        let (head, tail) = rest.split_at_checked(4)?;
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        rest = tail.get(length.next_multiple_of(4)..)?;
        if kind < OPTIONAL && !OF_AUTHENTICATION.contains(&kind) {
            unknown.push(kind);
        }
    }
    Some(unknown)
}

/// 420, with what was not understood (RFC 8489 section 6.3.1).
fn refusal(transaction: &[u8], unknown: &[u16]) -> Vec<u8> {
    let mut code = vec![0, 0, 4, 20];
    code.extend_from_slice(b"Unknown Attribute");
    let list = unknown.iter().flat_map(|kind| kind.to_be_bytes()).collect();
    response(BINDING_ERROR, transaction, &[(ERROR_CODE, code), (UNKNOWN_ATTRIBUTES, list)])
}

/// XOR-MAPPED-ADDRESS (RFC 8489 section 14.2). `transaction` begins with the magic cookie; of zeros, it leaves what
/// MAPPED-ADDRESS has (section 14.1).
fn mapped(source: SocketAddr, transaction: &[u8]) -> Vec<u8> {
    let ip = source.ip().to_canonical();
    let octets = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let port = source.port().to_be_bytes();
    let mut value = vec![0, if ip.is_ipv4() { 1 } else { 2 }];
    value.extend(port.iter().zip(transaction).map(|(octet, mask)| octet ^ mask));
    value.extend(octets.iter().zip(transaction).map(|(octet, mask)| octet ^ mask));
    value
}

fn response(kind: u16, transaction: &[u8], attributes: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        body.extend(value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut message = kind.to_be_bytes().to_vec();
    message.extend(u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
    message.extend(transaction);
    message.extend(body);
    message
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A binding request with these attributes.
    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut request = vec![0, 1, 0, u8::try_from(attributes.len()).unwrap()];
        request.extend(MAGIC_COOKIE.to_be_bytes());
        request.extend(*b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae");
        request.extend(attributes);
        request
    }

    fn answer(attributes: &[u8], source: &str) -> Vec<u8> {
        match read(&request(attributes), source.parse().unwrap()) {
            Stun::Response(response) => response,
            other => panic!("{other:?}"),
        }
    }

    /// The addresses and the transaction are those of RFC 5769 sections 2.2 and 2.3.
    #[test]
    fn the_source_is_told_as_in_the_test_vectors() {
        let four = answer(&[], "192.0.2.1:32853");
        assert_eq!(four[..4], [1, 1, 0, 12]);
        assert_eq!(four[20..], *b"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43");
        let six = answer(&[], "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
        let expected = b"\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9";
        assert_eq!(six[20..], *expected);
    }

    #[test]
    fn what_must_be_understood_and_is_not_is_refused() {
        let software = b"\x80\x22\x00\x03abc\x00";
        assert_eq!(answer(software, "192.0.2.1:1")[..2], BINDING_SUCCESS.to_be_bytes());
        let refused = answer(b"\x00\x24\x00\x04\x00\x00\x00\x01", "192.0.2.1:1");
        assert_eq!(refused[..2], BINDING_ERROR.to_be_bytes());
        assert_eq!(refused[20..28], [0, 9, 0, 21, 0, 0, 4, 20]);
        assert_eq!(refused[refused.len() - 8..], [0, 10, 0, 2, 0, 0x24, 0, 0]);
    }

    /// A request without the magic cookie, as RFC 3489 has it.
    fn classic(attributes: &[u8]) -> Vec<u8> {
        let mut request = request(attributes);
        request[4..8].copy_from_slice(b"\x5a\x01\x02\x03");
        request
    }

    #[test]
    fn classic_requests_are_told_their_address_as_it_is() {
        let source = "192.0.2.1:32853".parse().unwrap();
        for attributes in [&b""[..], b"\x00\x03\x00\x04\x00\x00\x00\x00"] {
            let Stun::Response(told) = read(&classic(attributes), source) else { panic!("{attributes:?}") };
            assert_eq!(told[..4], [1, 1, 0, 12]);
            assert_eq!(told[4..20], classic(attributes)[4..20]);
            assert_eq!(told[20..], [0, 1, 0, 8, 0, 1, 0x80, 0x55, 192, 0, 2, 1]);
        }
        let change = b"\x00\x03\x00\x04\x00\x00\x00\x06";
        assert_eq!(read(&classic(change), source), Stun::Silence, "it wants its answer from elsewhere");
        let mut longer = classic(&[]);
        longer[3] = 4;
        assert_eq!(read(&longer, source), Stun::Other, "nothing says that it is STUN");
    }

    #[test]
    fn sip_is_left_alone_and_other_stun_is_silent() {
        let source = "192.0.2.1:1".parse().unwrap();
        assert_eq!(read(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n", source), Stun::Other);
        assert_eq!(read(b"\r\n\r\n", source), Stun::Other);
        let mut indication = request(&[]);
        indication[1] = 0x11;
        assert_eq!(read(&indication, source), Stun::Silence);
        assert_eq!(read(&request(&[0, 6, 0, 9, 1]), source), Stun::Silence, "longer than the datagram");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(attributes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = read(&request(&attributes), "192.0.2.1:1".parse().unwrap());
            let _ = read(&classic(&attributes), "192.0.2.1:1".parse().unwrap());
            let _ = read(&attributes, "192.0.2.1:1".parse().unwrap());
        }
    }
}
