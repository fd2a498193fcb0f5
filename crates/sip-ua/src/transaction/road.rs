//! The road that a response takes back (RFC 3261 section 18.2.2, RFC 3581 section 4).

use std::net::SocketAddr;

use sip_parser::{Message, Via};

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
    sent_by: Flow,
    asks_rport: bool,
    current: Flow,
}

impl Road {
    /// The road back along `source` for a request whose top `Via` is `via`.
    ///
    /// Its `maddr` is not followed: it would let a sender aim our responses at anyone.
    pub(super) fn back(source: Flow, via: &Via<'_>, route: ReplyRoute) -> Self {
        let port = via.port().unwrap_or(source.protocol.default_port());
        let sent_by = source.towards(SocketAddr::new(source.remote.ip(), port));
        let mut road = Self { source, sent_by, asks_rport: via.rport().is_some(), current: source };
        road.take(route);
        road
    }

    /// Chooses between the source and what the `Via` says. A connection is always its own road back.
    pub(super) fn take(&mut self, route: ReplyRoute) {
        let by_via = route == ReplyRoute::Via && !self.asks_rport && !self.source.is_reliable();
        self.current = if by_via { self.sent_by } else { self.source };
    }

    /// The road to take now.
    pub(super) fn flow(&self) -> Flow {
        self.current
    }

    /// The connection is gone: the road is now a new one to the port that the `Via` names (section 18.2.2).
    /// False when there is no such other road.
    pub(super) fn detour(&mut self) -> bool {
        let possible = self.source.is_reliable() && self.current != self.sent_by;
        if possible {
            self.current = self.sent_by;
        }
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
