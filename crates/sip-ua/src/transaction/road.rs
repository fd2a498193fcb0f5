//! The road that a response takes back (RFC 3261 section 18.2.2, RFC 3581 section 4).

use std::net::{IpAddr, SocketAddr};

use super::matching::Identity;
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
    /// The road back along `source` for a request that says who sent it.
    ///
    /// Its `maddr` is not followed: it would let a sender aim our responses at anyone.
    pub(super) fn back(source: Flow, identity: &Identity<'_>, route: ReplyRoute) -> Self {
        let port = identity.via.port().unwrap_or(source.protocol.default_port());
        let mut road = Self { source, port, asks_rport: identity.asks_rport, by_via: false };
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

/// What the top `Via` of a request that came from `source` is to be told: the values of `received` and `rport`, where they
/// are due (RFC 3261 section 18.2.1, RFC 3581 section 4).
pub(super) fn source_to_note(
    identity: &Identity<'_>,
    source: SocketAddr,
) -> Option<(Option<IpAddr>, Option<u16>)> {
    let ip = source.ip().to_canonical();
    let differs = identity.via.host().ip() != Some(ip);
    (identity.asks_rport || differs).then(|| (Some(ip), identity.asks_rport.then_some(source.port())))
}
