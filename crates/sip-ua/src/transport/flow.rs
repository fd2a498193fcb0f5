//! The road that a message takes: which protocol, from where, to where.

use std::fmt;
use std::net::SocketAddr;

use bytes::Bytes;

/// A SIP transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// Datagrams (RFC 3261 section 18).
    Udp,
    /// A TCP connection.
    Tcp,
    /// TLS over TCP.
    Tls,
    /// A WebSocket (RFC 7118).
    Ws,
    /// A WebSocket over TLS (RFC 7118).
    Wss,
}

impl Protocol {
    /// Whether the transport itself repeats what is lost. Transactions then send each message once
    /// (RFC 3261 section 17).
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// Whether eavesdroppers are kept out.
    pub fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// The name as a `Via` header writes it: `UDP`, `TCP`, `TLS`, `WS`, `WSS`.
    pub fn via_name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// The name in small letters: `udp`, `tcp`, `tls`, `ws`, `wss`. The `transport` parameter of a URI is written so,
    /// but for secure WebSockets, whose URIs say `ws` (RFC 7118 section 5.2.1), as [`Self::uri_transport`] does.
    pub fn uri_name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The value of the `transport` parameter of a URI.
    pub fn uri_transport(self) -> &'static str {
        match self {
            Self::Wss => "ws",
            other => other.uri_name(),
        }
    }

    /// The protocol of a `Via` or of a `transport` parameter, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss]
            .into_iter()
            .find(|protocol| protocol.uri_name().eq_ignore_ascii_case(name))
    }

    /// The port meant where none is written (RFC 3261 section 18.2.2, RFC 7118 section 5).
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.via_name())
    }
}

/// The road between us and a peer: a protocol and the two ends.
///
/// For datagrams `local` is the socket's address as the peer sees it on our side of any NAT, never `0.0.0.0`
/// when the flow comes from the driver. For TCP and what runs over it, the pair names one connection;
/// the driver opens it when a message is sent and none is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// How the bytes travel.
    pub protocol: Protocol,
    /// Our end.
    pub local: SocketAddr,
    /// The peer's end: where a datagram came from, and where it is sent.
    pub remote: SocketAddr,
}

impl Flow {
    /// A flow from `local` to `remote`.
    pub fn new(protocol: Protocol, local: SocketAddr, remote: SocketAddr) -> Self {
        Self { protocol, local, remote }
    }

    /// Whether the transport repeats what is lost by itself.
    pub fn is_reliable(&self) -> bool {
        self.protocol.is_reliable()
    }

    /// The same protocol and our same end, towards another address.
    pub fn towards(self, remote: SocketAddr) -> Self {
        Self { remote, ..self }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} - {}", self.protocol, self.local, self.remote)
    }
}

/// Bytes that must go out, and the road they take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The road.
    pub flow: Flow,
    /// One whole message. Cloning shares the buffer.
    pub bytes: Bytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(Protocol::from_name("TCP"), Some(Protocol::Tcp));
        assert_eq!(Protocol::from_name("wSs"), Some(Protocol::Wss));
        assert_eq!(Protocol::from_name("sctp"), None);
    }

    #[test]
    fn only_datagrams_are_unreliable() {
        let reliable = |name| Protocol::from_name(name).map(Protocol::is_reliable);
        assert_eq!(reliable("udp"), Some(false));
        assert_eq!(reliable("tcp"), Some(true));
        assert_eq!(reliable("ws"), Some(true));
    }
}
