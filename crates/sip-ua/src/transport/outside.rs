//! How peers beyond a translator (NAT) see a socket of ours.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use wire_text::{Address, Decimal};

use super::{Flow, ListenConfig};
use crate::guard::Network;

/// What peers outside of our network are told in place of a socket's own address, because a translator stands between.
///
/// The translator must lead the port of signalling, and those of media, to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Networks whose peers see the socket itself. Without any, every peer is outside.
    pub inside: Vec<Network>,
    /// The host of Via and Contact: a name or an address.
    pub host: Option<String>,
    /// Their port, where it is another one than that of the socket.
    pub port: Option<u16>,
    /// The address of media in session descriptions.
    pub media: Option<IpAddr>,
}

impl Outside {
    fn is_seen_by(&self, peer: IpAddr) -> bool {
        !self.inside.iter().any(|network| network.contains(peer))
    }
}

/// A host and a port of ours as Via and Contact name them (`sent-by` of RFC 3261 section 18.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBy {
    local: SocketAddr,
    host: Option<String>,
    port: Option<u16>,
}

impl fmt::Display for SentBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces(|piece| f.write_str(piece))
    }
}

impl SentBy {
    /// Appends it.
    pub(crate) fn write_to(&self, text: &mut String) {
        let Ok(()) = self.pieces(|piece| {
            text.push_str(piece);
            Ok::<(), Infallible>(())
        });
    }

    /// Hands over its text, piece by piece.
    fn pieces<E>(&self, mut put: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let port = self.port.unwrap_or(self.local.port());
        let Some(host) = &self.host else {
            return put(Address::with_port(SocketAddr::new(self.local.ip(), port)).as_str());
        };
        let [open, close] = if host.parse::<Ipv6Addr>().is_ok() { ["[", "]"] } else { ["", ""] };
        [open, host, close, ":", Decimal::of(port).as_str()].into_iter().try_for_each(put)
    }
}

/// What the peer of `flow` is told of where it leaves from.
pub(crate) fn sent_by(listening: &[ListenConfig], flow: &Flow) -> SentBy {
    let outside = outside_of(listening, flow);
    SentBy {
        local: flow.local,
        host: outside.and_then(|outside| outside.host.clone()),
        port: outside.and_then(|outside| outside.port),
    }
}

/// The address at which the peer of `flow` finds our media.
pub(crate) fn media_address(listening: &[ListenConfig], flow: &Flow) -> IpAddr {
    outside_of(listening, flow).and_then(|outside| outside.media).unwrap_or(flow.local.ip())
}

fn outside_of<'l>(listening: &'l [ListenConfig], flow: &Flow) -> Option<&'l Outside> {
    let ours = listening.iter().filter(|listen| listen.carries(flow));
    ours.filter_map(|listen| listen.outside.as_ref()).find(|outside| outside.is_seen_by(flow.remote.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Protocol;

    #[test]
    fn only_those_outside_are_told_the_outside_address() {
        let address = |text: &str| -> SocketAddr { text.parse().unwrap() };
        let outside = Outside {
            inside: vec![Network::parse("192.168.0.0/16").unwrap()],
            host: Some("pbx.example.com".to_owned()),
            port: Some(5070),
            media: Some(IpAddr::from([203, 0, 113, 9])),
        };
        let any = ListenConfig::new(Protocol::Udp, address("0.0.0.0:5060")).with_outside(outside.clone());
        let six = Outside { host: Some("2001:db8::1".to_owned()), ..Outside::default() };
        let listening = [any, ListenConfig::new(Protocol::Tcp, address("0.0.0.0:5060")).with_outside(six)];
        let seen = |protocol, remote: &str| {
            let flow = Flow::new(protocol, address("192.168.1.2:5060"), address(remote));
            (sent_by(&listening, &flow).to_string(), media_address(&listening, &flow).to_string())
        };
        let told = |host: &str, media: &str| (host.to_owned(), media.to_owned());
        assert_eq!(seen(Protocol::Udp, "192.168.7.7:5060"), told("192.168.1.2:5060", "192.168.1.2"));
        assert_eq!(seen(Protocol::Udp, "198.51.100.1:5060"), told("pbx.example.com:5070", "203.0.113.9"));
        assert_eq!(seen(Protocol::Tcp, "192.168.7.7:5060"), told("[2001:db8::1]:5060", "192.168.1.2"));
        assert_eq!(seen(Protocol::Tls, "198.51.100.1:5060"), told("192.168.1.2:5060", "192.168.1.2"));
    }
}
