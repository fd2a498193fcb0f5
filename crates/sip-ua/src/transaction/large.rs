//! Requests that are too large for a datagram (RFC 3261 section 18.1.1).

use std::net::SocketAddr;
use std::sync::Arc;

use sip_parser::Message;

use super::written::WrittenRequest;
use crate::transport::{Flow, Protocol};

/// The largest request that may travel over UDP where nobody knows how much the path carries, in octets.
const LARGEST: usize = 1300;

/// The same request over TCP, from that of `streams` whose family is the flow's: its Via says so, and nothing else
/// changes. `None` when it may stay as it is, or has no other way.
pub(super) fn over_tcp(
    request: &WrittenRequest,
    flow: Flow,
    streams: &[SocketAddr],
) -> Option<(WrittenRequest, Flow)> {
    if flow.protocol != Protocol::Udp || request.bytes.len() <= LARGEST {
        return None;
    }
    let stream = streams.iter().find(|stream| stream.is_ipv4() == flow.remote.is_ipv4())?;
    let ip = if stream.ip().is_unspecified() { flow.local.ip() } else { stream.ip() };
    let flow = Flow::new(Protocol::Tcp, SocketAddr::new(ip, stream.port()), flow.remote);
    let other = match &request.invite {
        Some(invite) => with_via(invite, flow.local)?,
        None => with_via(&Message::parse(request.bytes.clone()).ok()?, flow.local)?,
    };
    let bytes = other.as_bytes().clone();
    let invite = request.invite.as_ref().map(|_| Arc::new(other));
    // The branch, and with it the key, stays.
    Some((WrittenRequest { bytes, invite, ..request.clone() }, flow))
}

/// The request with a top Via of TCP and of this address.
fn with_via(request: &Message, local: SocketAddr) -> Option<Message> {
    let branch = request.via().ok()?.branch()?;
    let bytes = request.as_bytes();
    let first_line = find(bytes, b"\r\n")?;
    let start = first_line + find(&bytes[first_line..], b"SIP/2.0/UDP ")?;
    let end = start + find(&bytes[start..], b";")?; // the branch is behind it
    let mut other = Vec::with_capacity(bytes.len() + 16);
    other.extend_from_slice(&bytes[..start]);
    other.extend_from_slice(format!("SIP/2.0/TCP {local}").as_bytes());
    other.extend_from_slice(&bytes[end..]);
    let other = Message::parse(other.into()).ok()?;
    let same = other.via().is_ok_and(|via| via.branch() == Some(branch));
    same.then_some(other)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|octets| octets == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::Fingerprints;

    fn request(length: usize) -> WrittenRequest {
        let head = "MESSAGE sip:b@192.0.2.2 SIP/2.0\r\nMax-Forwards: 70\r\n\
                    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:b@b>\r\n\
                    Call-ID: 1\r\nCSeq: 1 MESSAGE\r\n";
        let body = "x".repeat(length);
        let text = format!("{head}Content-Length: {length}\r\n\r\n{body}");
        let message = Message::parse(text.into()).unwrap();
        WrittenRequest::of(message.into(), &Fingerprints::default()).unwrap()
    }

    fn flow() -> Flow {
        Flow::new(Protocol::Udp, "192.0.2.1:5060".parse().unwrap(), "192.0.2.2:5060".parse().unwrap())
    }

    #[test]
    fn a_large_request_gets_another_via_and_nothing_else() {
        let streams = ["[::]:5060".parse().unwrap(), "0.0.0.0:5070".parse().unwrap()];
        let request = request(1200);
        let (other, over) = over_tcp(&request, flow(), &streams).unwrap();
        assert_eq!((over.protocol, over.local), (Protocol::Tcp, "192.0.2.1:5070".parse().unwrap()));
        assert_eq!(over.remote, flow().remote);
        let back = String::from_utf8_lossy(&other.bytes).replace("TCP 192.0.2.1:5070", "UDP 192.0.2.1:5060");
        assert_eq!(back.as_bytes(), &request.bytes[..]);
    }

    #[test]
    fn small_ones_and_those_without_another_way_stay() {
        let stream = ["0.0.0.0:5060".parse().unwrap()];
        assert!(over_tcp(&request(10), flow(), &stream).is_none());
        assert!(over_tcp(&request(1200), flow(), &[]).is_none());
        assert!(over_tcp(&request(1200), flow(), &["[::]:5060".parse().unwrap()]).is_none());
        let tcp = Flow { protocol: Protocol::Tcp, ..flow() };
        assert!(over_tcp(&request(1200), tcp, &stream).is_none());
    }
}
