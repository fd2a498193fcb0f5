//! Where the requests of a dialog go: to the address that the peer names, or to the one that it speaks from.

use std::net::{IpAddr, SocketAddr};

use sip_parser::{Host, NameAddr, Uri};

use crate::dialog::Dialog;
use crate::transport::{Flow, Protocol};

/// Which address counts for the requests inside of a dialog over UDP.
///
/// A connection is used as long as it is there, whatever is named (RFC 5923): this is about datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PeerAddress {
    /// The first Route, else the Contact (RFC 3261 sections 12.2.1.1 and 8.1.2), where that is an address.
    ///
    /// An address that cannot be reached from here is passed over for the one that the peer speaks from: one of a private
    /// network named by a peer outside of it, which is behind a translator (NAT). A name is passed over, too: the answer
    /// came from one of its addresses. So is a Contact with `ob`, by which a peer asks for the way that it came by (RFC 5626
    /// section 4.3), and a GRUU, whose address is the one of its registrar (RFC 5627 section 3.1). So is our own address, which
    /// telephony of Home Assistant copies from our Contact into its own.
    #[default]
    Named,
    /// The address that the peer speaks from, whatever it names.
    Source,
}

impl PeerAddress {
    /// The flow of the next request of `dialog`, whose peer speaks along `flow`.
    pub(super) fn of(self, dialog: &Dialog, flow: Flow) -> Flow {
        if self == PeerAddress::Source || flow.protocol != Protocol::Udp {
            return flow;
        }
        let is_theirs =
            |named: &SocketAddr| *named != flow.local && is_in_reach(named.ip(), flow.remote.ip());
        match named(dialog).filter(is_theirs) {
            Some(named) => flow.towards(named),
            None => flow,
        }
    }
}

/// The address of UDP that the nearest proxy, or else the peer, is named by.
fn named(dialog: &Dialog) -> Option<SocketAddr> {
    match dialog.routes().values().first() {
        Some(route) => address(&NameAddr::parse(route).ok()?.uri()),
        None => address(&Uri::parse(dialog.target()).ok().filter(says_its_place)?),
    }
}

/// Whether the address in a Contact is the peer's own, and that by which it wants to be reached.
fn says_its_place(contact: &Uri<'_>) -> bool {
    contact.param("ob").is_none() && contact.param("gr").is_none()
}

fn address(uri: &Uri<'_>) -> Option<SocketAddr> {
    let is_datagram =
        uri.param("transport").flatten().is_none_or(|transport| transport.eq_ignore_ascii_case("udp"));
    if !is_datagram || !uri.scheme().eq_ignore_ascii_case("sip") {
        return None;
    }
    let host = match uri.param("maddr").flatten() {
        Some(maddr) => Host::parse(maddr)?,
        None => uri.host(),
    };
    let port = uri.port().unwrap_or(Protocol::Udp.default_port());
    let ip = host.ip().filter(|ip| !ip.is_unspecified() && !ip.is_multicast())?;
    (port != 0).then_some(SocketAddr::new(ip, port))
}

/// Whether `named` can be meant by somebody who is heard from `source`.
fn is_in_reach(named: IpAddr, source: IpAddr) -> bool {
    let (named_reach, source_reach) = (Reach::of(named), Reach::of(source));
    named.is_ipv4() == source.is_ipv4()
        && match source_reach {
            Reach::Machine => named_reach == Reach::Machine,
            _ => named_reach >= source_reach,
        }
}

/// From how far away an address can be reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Loopback.
    Machine,
    /// Link-local.
    Link,
    /// RFC 1918, RFC 6598, RFC 4193.
    Private,
    /// All others.
    World,
}

impl Reach {
    fn of(address: IpAddr) -> Reach {
        let (loopback, link, private) = match address.to_canonical() {
            IpAddr::V4(address) => {
                let [first, second, ..] = address.octets();
                let is_shared = first == 100 && second & 0xc0 == 64;
                (address.is_loopback(), address.is_link_local(), address.is_private() || is_shared)
            }
            IpAddr::V6(address) => {
                (address.is_loopback(), address.is_unicast_link_local(), address.is_unique_local())
            }
        };
        match (loopback, link, private) {
            (true, ..) => Reach::Machine,
            (_, true, _) => Reach::Link,
            (.., true) => Reach::Private,
            _ => Reach::World,
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use sip_parser::Message;

    use super::*;

    /// The address that a BYE goes to when an answer with these headers came from `source`.
    fn hop(policy: PeerAddress, source: &str, headers: &str) -> String {
        let text = |start: &str, to: &str, more: &str| {
            let head = format!(
                "{start}\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\nFrom: <sip:us@192.0.2.1>;tag=a\n\
                 To: <sip:bob@192.0.2.9>{to}\nCall-ID: c\nCSeq: 1 INVITE\nMax-Forwards: 70\n{more}Content-Length: 0\n\n"
            );
            Message::parse(Bytes::from(head.replace('\n', "\r\n"))).unwrap()
        };
        let invite = text("INVITE sip:bob@192.0.2.9 SIP/2.0", "", "Contact: <sip:us@192.0.2.1>\n");
        let answer = text("SIP/2.0 200 OK", ";tag=b", &format!("{headers}\n"));
        let dialog = Dialog::from_response(&invite, &answer).unwrap();
        let local = if source.starts_with('[') { "[2001:db8::1]:5060" } else { "192.0.2.1:5060" };
        let flow = Flow::new(Protocol::Udp, local.parse().unwrap(), source.parse().unwrap());
        let next = policy.of(&dialog, flow);
        assert_eq!((next.protocol, next.local), (flow.protocol, flow.local));
        next.remote.to_string()
    }

    fn follows(headers: &str) -> String {
        hop(PeerAddress::Named, "192.0.2.9:5070", headers)
    }

    #[test]
    fn nobody_is_at_our_own_address_but_ourselves() {
        assert_eq!(follows("Contact: <sip:192.0.2.1:5060>"), "192.0.2.9:5070");
        assert_eq!(
            follows("Contact: <sip:192.0.2.1:5070>"),
            "192.0.2.1:5070",
            "another program on our machine"
        );
        let ours = hop(PeerAddress::Named, "192.0.2.1:5060", "Contact: <sip:bob@192.0.2.1>");
        assert_eq!(ours, "192.0.2.1:5060");
    }

    #[test]
    fn the_contact_is_where_requests_go() {
        assert_eq!(follows("Contact: <sip:bob@192.0.2.7:5080>"), "192.0.2.7:5080");
        assert_eq!(follows("Contact: sip:bob@192.0.2.7"), "192.0.2.7:5060");
        assert_eq!(follows("Contact: <sip:bob@pbx.invalid;maddr=192.0.2.7;transport=UDP>"), "192.0.2.7:5060");
        let six = hop(PeerAddress::Named, "[2001:db8::9]:5070", "Contact: <sip:bob@[2001:db8::7]:5080>");
        assert_eq!(six, "[2001:db8::7]:5080");
    }

    #[test]
    fn the_nearest_proxy_comes_before_the_contact() {
        // The last Record-Route of an answer is the nearest proxy.
        let chain = "Record-Route: <sip:192.0.2.5;lr>, <sip:192.0.2.6:5062;lr>\nContact: <sip:bob@192.0.2.7>";
        assert_eq!(follows(chain), "192.0.2.6:5062");
        let strict = "Record-Route: <sip:192.0.2.6:5062>\nContact: <sip:bob@192.0.2.7>";
        assert_eq!(follows(strict), "192.0.2.6:5062");
    }

    #[test]
    fn what_is_no_address_of_udp_leaves_the_source() {
        for contact in [
            "sip:bob@phone.example.com",
            "sip:bob@192.0.2.7;transport=tcp",
            "sips:bob@192.0.2.7",
            "tel:+33123456789",
            "sip:bob@0.0.0.0",
            "sip:bob@239.1.1.1",
            "sip:bob@192.0.2.7:0",
            "sip:bob@[2001:db8::7]",
            "sip:bob@192.0.2.7;ob",
            "sip:bob@192.0.2.7;gr=urn:uuid:00000000-0000-1000-8000-000a95a0e128",
            "sip:gruu-45ed79f6@192.0.2.7;gr",
        ] {
            assert_eq!(follows(&format!("Contact: <{contact}>")), "192.0.2.9:5070", "{contact}");
        }
    }

    #[test]
    fn who_is_behind_a_translator_is_spoken_to_where_it_is_heard() {
        for (source, named, goes) in [
            ("192.0.2.9:5070", "10.0.0.7", "192.0.2.9:5070"),
            ("192.0.2.9:5070", "100.64.0.7", "192.0.2.9:5070"),
            ("192.0.2.9:5070", "127.0.0.1", "192.0.2.9:5070"),
            ("10.0.0.9:5070", "169.254.1.7", "10.0.0.9:5070"),
            ("10.0.0.9:5070", "172.16.0.7", "172.16.0.7:5060"),
            ("10.0.0.9:5070", "192.0.2.7", "192.0.2.7:5060"),
            ("127.0.0.1:5070", "10.0.0.7", "127.0.0.1:5070"),
            ("127.0.0.1:5070", "127.0.0.2", "127.0.0.2:5060"),
        ] {
            let contact = format!("Contact: <sip:bob@{named}>");
            assert_eq!(hop(PeerAddress::Named, source, &contact), goes, "{named} heard from {source}");
        }
        let named = "Contact: <sip:bob@192.0.2.7>";
        assert_eq!(hop(PeerAddress::Source, "192.0.2.9:5070", named), "192.0.2.9:5070");
    }
}
