//! All sockets and connections of one driver, found by flow.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Context;

use sip_parser::Message;
use tokio::sync::{Semaphore, mpsc};

use super::listening::Served;
use crate::guard::{SharedGuard, Source, Standing};
use crate::hashing::Map;
use crate::transport::{
    Accepted, BindError, Connection, ConnectionLimits, Door, Flow, Input, Intake, ListenConfig,
    OpenConnections, PeerNames, Protocol, TcpListening, Transmit, UdpTransport,
};

/// All sockets and connections of one driver.
#[derive(Debug)]
pub(super) struct Transports {
    pub(super) sockets: Vec<UdpTransport>,
    pub(super) listening: Vec<TcpListening>,
    pub(super) served: Vec<Served>,
    connections: Map<Flow, Connection>,
    open: OpenConnections,
    names: PeerNames,
    /// The newest connection with each peer, for requests that only know the peer's address.
    by_remote: Map<(Protocol, SocketAddr), Flow>,
    /// Where peers listen whose connection is used for requests to them (RFC 5923), one for each connection.
    aliases: Map<Flow, SocketAddr>,
    /// How many connections each source has open.
    per_source: Map<Source, usize>,
    inputs: mpsc::Sender<Input>,
    guard: Option<SharedGuard>,
    places: Arc<Semaphore>,
    limits: ConnectionLimits,
    next_serial: u64,
}

impl Transports {
    pub(super) fn new(
        inputs: mpsc::Sender<Input>,
        limits: ConnectionLimits,
        guard: Option<SharedGuard>,
    ) -> Self {
        Self {
            sockets: vec![],
            listening: vec![],
            served: vec![],
            connections: Map::default(),
            open: OpenConnections::default(),
            names: PeerNames::default(),
            by_remote: Map::default(),
            aliases: Map::default(),
            per_source: Map::default(),
            inputs,
            guard,
            places: Arc::new(Semaphore::new(limits.accepted.min(Semaphore::MAX_PERMITS))),
            limits,
            next_serial: 0,
        }
    }

    /// Opens one listening address; tells where it really is.
    pub(super) fn listen(&mut self, listen: &ListenConfig) -> Result<SocketAddr, BindError> {
        let &ListenConfig { protocol, address, .. } = listen;
        if protocol.is_secure() && listen.tls.is_none() {
            return Err(BindError::NoCertificate { protocol, address });
        }
        let (inputs, guard, places) = (self.inputs.clone(), self.guard.clone(), self.places.clone());
        let bound = match protocol {
            Protocol::Udp => UdpTransport::bind(listen, inputs, guard).map(|socket| {
                let bound = socket.bound();
                self.sockets.push(socket);
                bound
            }),
            _ => TcpListening::bind(address, Door::new(listen), inputs, places, guard).map(|listening| {
                let bound = listening.bound();
                self.listening.push(listening);
                bound
            }),
        };
        let bound = bound.map_err(|source| BindError::new(listen, source))?;
        self.served.push(Served { asked: listen.clone(), bound });
        Ok(bound)
    }

    /// Takes in the datagrams that have come, each socket's as long as not too many wait among `inputs`. The task of `context`
    /// is woken for those that come later.
    pub(super) fn poll_receive(&mut self, context: &mut Context<'_>, inputs: &mut VecDeque<Input>) {
        self.sockets.iter_mut().for_each(|socket| socket.poll_receive(context, inputs));
    }

    /// Sends, or queues, a message.
    ///
    /// # Errors
    /// When there is no road to the peer, or its connection does not take more.
    pub(super) fn send(&mut self, transmit: Transmit) -> io::Result<()> {
        let Transmit { flow, bytes } = transmit;
        if flow.protocol == Protocol::Udp {
            let socket = self.sockets.iter().find(|socket| socket.carries(&flow));
            return socket.ok_or(io::ErrorKind::AddrNotAvailable)?.send(bytes, flow);
        }
        let flow = self.connection_for(flow)?;
        let connection = self.connections.get(&flow).ok_or(io::ErrorKind::NotConnected)?;
        if connection.send(bytes) {
            return Ok(());
        }
        self.forget(flow); // the peer reads nothing, or is gone
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    /// The connection that serves `flow`: itself, one with the same peer, or a new one.
    fn connection_for(&mut self, flow: Flow) -> io::Result<Flow> {
        if self.connections.contains_key(&flow) {
            return Ok(flow);
        }
        if let Some(&other) = self.by_remote.get(&(flow.protocol, flow.remote)) {
            return Ok(other);
        }
        let door = self.listening.iter().find_map(|listening| listening.door_of(&flow));
        let door = door.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let (opening, limits) = (door.open(flow, self.names.name_of(flow.remote)), door.limits(&self.limits));
        let serial = self.next_serial();
        // The peer did not come to us: nobody has to let it in.
        let intake = Intake { inputs: self.inputs.clone(), guard: None };
        let connection = Connection::spawn(opening, flow, serial, intake, limits, None);
        self.remember(flow, connection);
        Ok(flow)
    }

    /// Forgets what is known of a connection from where another one comes now: the peer has ended it, and only the word of that is
    /// still on its way. True where there was one.
    pub(super) fn supersede(&mut self, flow: Flow) -> bool {
        let known = self.connections.contains_key(&flow);
        self.forget(flow);
        known
    }

    /// Serves a connection that a peer opened, unless its address has too many.
    pub(super) fn accept(&mut self, accepted: Accepted) {
        let Accepted { opening, flow, place } = accepted;
        let open = self.per_source.get(&Source::of(flow.remote.ip())).copied().unwrap_or_default();
        if open >= self.most_of(&flow) {
            tracing::warn!(%flow, "connection closed: its address has too many open");
            return;
        }
        let door = self.listening.iter().find_map(|listening| listening.door_of(&flow));
        let limits = door.map_or_else(|| self.limits.clone(), |door| door.limits(&self.limits));
        let serial = self.next_serial();
        let intake = Intake { inputs: self.inputs.clone(), guard: self.guard.clone() };
        let connection = Connection::spawn(opening, flow, serial, intake, limits, Some(place));
        self.remember(flow, connection);
    }

    /// How many connections the peer's source may have open.
    fn most_of(&self, flow: &Flow) -> usize {
        let standing = |guard: &SharedGuard| guard.standing(flow.remote.ip());
        match self.guard.as_ref().map(standing) {
            Some(Standing::Stranger) => {
                self.limits.accepted_per_stranger.min(self.limits.accepted_per_address)
            }
            _ => self.limits.accepted_per_address,
        }
    }

    /// A request with `alias` in its Via asks that requests to the address where its sender listens take this connection
    /// (RFC 5923 section 9.2). Granted to those who have proven who they are, for their own address alone: else
    /// anybody could draw a neighbour's calls to himself.
    pub(super) fn alias(&mut self, message: &Message, flow: Flow) {
        let door = self.listening.iter().find_map(|listening| listening.door_of(&flow));
        if !door.is_some_and(Door::proves_clients) || !self.connections.contains_key(&flow) {
            return;
        }
        let Ok(via) = message.via() else { return };
        if !message.is_request() || via.params().get("alias").is_none() || self.aliases.contains_key(&flow) {
            return;
        }
        let port = via.port().unwrap_or(flow.protocol.default_port());
        let listening = SocketAddr::new(flow.remote.ip(), port);
        self.by_remote.entry((flow.protocol, listening)).or_insert(flow);
        self.aliases.insert(flow, listening);
    }

    /// Which connections are open, kept up to date.
    pub(super) fn open_connections(&self) -> OpenConnections {
        self.open.clone()
    }

    /// The names that peers must prove to have; whoever looks them up adds to them.
    pub(super) fn peer_names(&self) -> PeerNames {
        self.names.clone()
    }

    fn next_serial(&mut self) -> u64 {
        self.next_serial += 1;
        self.next_serial
    }

    fn remember(&mut self, flow: Flow, connection: Connection) {
        self.by_remote.insert((flow.protocol, flow.remote), flow);
        self.open.opened(flow);
        if self.connections.insert(flow, connection).is_none() {
            *self.per_source.entry(Source::of(flow.remote.ip())).or_default() += 1;
        }
    }

    /// A connection has ended; false when another has taken its place since, or we closed it ourselves.
    pub(super) fn closed(&mut self, flow: Flow, serial: u64) -> bool {
        let current = self.connections.get(&flow).is_some_and(|connection| connection.serial() == serial);
        if current {
            self.forget(flow);
        }
        current
    }

    fn forget(&mut self, flow: Flow) {
        if self.connections.remove(&flow).is_none() {
            return;
        }
        self.open.closed(&flow);
        for remote in [Some(flow.remote), self.aliases.remove(&flow)].into_iter().flatten() {
            let peer = (flow.protocol, remote);
            if self.by_remote.get(&peer) == Some(&flow) {
                self.by_remote.remove(&peer);
            }
        }
        let source = Source::of(flow.remote.ip());
        if let Some(open) = self.per_source.get_mut(&source) {
            *open -= 1;
            if *open == 0 {
                self.per_source.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_granted_to_a_connection_is_not_that_of_the_next_from_there() {
        let (inputs, mut heard) = mpsc::channel(4);
        let mut transports = Transports::new(inputs, ConnectionLimits::default(), None);
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = transports.listen(&ListenConfig::new(Protocol::Tcp, here)).unwrap();
        let peer = tokio::net::TcpListener::bind(here).await.unwrap();
        let flow = Flow { protocol: Protocol::Tcp, local: bound, remote: peer.local_addr().unwrap() };
        let flow = transports.connection_for(flow).unwrap();
        let serial = transports.connections[&flow].serial();
        let listening = SocketAddr::from(([127, 0, 0, 1], 5_060));
        transports.by_remote.insert((Protocol::Tcp, listening), flow);
        transports.aliases.insert(flow, listening);

        assert!(transports.supersede(flow), "whoever relied on it has to be told");
        assert!(!transports.supersede(flow));
        assert!(!transports.closed(flow, serial), "its own word comes too late");
        assert!(transports.by_remote.is_empty() && transports.aliases.is_empty());
        assert!(transports.per_source.is_empty());
        heard.close();
    }
}
