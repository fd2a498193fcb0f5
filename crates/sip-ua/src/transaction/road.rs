//! The road that a response takes back (RFC 3261 section 18.2.2, RFC 3581 section 4).

use sip_parser::{Message, Via};
use std::net::SocketAddr;

use crate::transport::Flow;

/// Where the responses to a request over UDP go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ReplyRoute {
    /// To the address and port that the request came from, whether its `Via` asks for that (`rport`) or not.
    /// Right for nearly all phones, and the only road through a NAT.
    #[default]
    Source,
    /// As RFC 3581 has it: to the port that the request came from if its `Via` has `rport`, else to the port that
    /// the `Via` names. For the few devices that send from one port and listen on another.
    Via,
}

/// The road back to the sender of one request.
#[derive(Clone, Debug)]
pub(super) struct Road {
    source: Flow,
    /// What the `Via` says: the port, perhaps that of the protocol.
    port: u16,
    asks_rport: bool,
    /// Whether the road leads to that port.
    by_via: bool,
}

impl Road {
    /// The road back along `source` for a request whose top `Via` is `via`.
    ///
    /// Its `maddr` is not followed: it would let a sender aim our responses at anyone.
    pub(super) fn back(source: Flow, via: &Via<'_>, route: ReplyRoute) -> Self {
        let port = via.port().unwrap_or(source.protocol.default_port());
        let mut road = Self { source, port, asks_rport: via.rport().is_some(), by_via: false };
        road.take(route);
        road
    }

    /// Chooses between the source and what the `Via` says. A connection is always its own road back.
    pub(super) fn take(&mut self, route: ReplyRoute) {
        self.by_via = route == ReplyRoute::Via && !self.asks_rport && !self.source.is_reliable();
    }

    /// The road to take now.
    pub(super) fn flow(&self) -> Flow {
        match self.by_via {
            true => self.source.towards(SocketAddr::new(self.source.remote.ip(), self.port)),
            false => self.source,
        }
    }

    /// The connection is gone: the road is now a new one to the port that the `Via` names (section 18.2.2).
    /// False when there is no such other road.
    pub(super) fn detour(&mut self) -> bool {
        let possible = self.source.is_reliable() && !self.by_via && self.source.remote.port() != self.port;
        self.by_via |= possible;
        possible
    }
}

/// The request with `received` and `rport` in its top `Via`, where they are due (RFC 3261 section 18.2.1,
/// RFC 3581 section 4).
pub(super) fn note_source(request: &Message, via: &Via<'_>, source: SocketAddr) -> Option<Message> {
    let asks_rport = via.rport().is_some();
    let ip = source.ip().to_canonical();
    let differs = via.host().ip() != Some(ip);
    (asks_rport || differs).then(|| request.with_top_via(Some(ip), asks_rport.then_some(source.port())))
}
