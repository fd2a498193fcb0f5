//! All sockets and connections of one driver, found by flow.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use crate::transport::{
    Accepted, BindError, Connection, ConnectionLimits, Door, Flow, Input, ListenConfig, OpenConnections,
    PeerNames, Protocol, TcpListening, Transmit, UdpTransport,
};

/// All sockets and connections of one driver.
#[derive(Debug)]
pub(super) struct Transports {
    sockets: Vec<UdpTransport>,
    listening: Vec<TcpListening>,
    connections: HashMap<Flow, Connection>,
    open: OpenConnections,
    names: PeerNames,
    /// The newest connection with each peer, for requests that only know the peer's address.
    by_remote: HashMap<(Protocol, SocketAddr), Flow>,
    /// How many connections each address has open.
    per_address: HashMap<IpAddr, usize>,
    inputs: mpsc::Sender<Input>,
    places: Arc<Semaphore>,
    limits: ConnectionLimits,
    next_serial: u64,
}

impl Transports {
    pub(super) fn new(inputs: mpsc::Sender<Input>, limits: ConnectionLimits) -> Self {
        Self {
            sockets: vec![],
            listening: vec![],
            connections: HashMap::new(),
            open: OpenConnections::default(),
            names: PeerNames::default(),
            by_remote: HashMap::new(),
            per_address: HashMap::new(),
            inputs,
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
        let inputs = self.inputs.clone();
        let bound = match protocol {
            Protocol::Udp => UdpTransport::bind(listen, inputs).map(|socket| {
                let bound = socket.bound();
                self.sockets.push(socket);
                bound
            }),
            _ => {
                TcpListening::bind(address, Door::new(listen), inputs, self.places.clone()).map(|listening| {
                    let bound = listening.bound();
                    self.listening.push(listening);
                    bound
                })
            }
        };
        bound.map_err(|source| BindError::new(listen, source))
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
        let opening =
            door.ok_or(io::ErrorKind::AddrNotAvailable)?.open(flow, self.names.name_of(flow.remote));
        let serial = self.next_serial();
        let inputs = self.inputs.clone();
        let connection = Connection::spawn(opening, flow, serial, inputs, self.limits.clone(), None);
        self.remember(flow, connection);
        Ok(flow)
    }

    /// Serves a connection that a peer opened, unless its address has too many.
    pub(super) fn accept(&mut self, accepted: Accepted) {
        let Accepted { opening, flow, place } = accepted;
        if self
            .per_address
            .get(&flow.remote.ip())
            .is_some_and(|&open| open >= self.limits.accepted_per_address)
        {
            tracing::warn!(%flow, "connection closed: its address has too many open");
            return;
        }
        let serial = self.next_serial();
        let inputs = self.inputs.clone();
        let connection = Connection::spawn(opening, flow, serial, inputs, self.limits.clone(), Some(place));
        self.remember(flow, connection);
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
            *self.per_address.entry(flow.remote.ip()).or_default() += 1;
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
        let peer = (flow.protocol, flow.remote);
        if self.by_remote.get(&peer) == Some(&flow) {
            self.by_remote.remove(&peer);
        }
        if let Some(open) = self.per_address.get_mut(&flow.remote.ip()) {
            *open -= 1;
            if *open == 0 {
                self.per_address.remove(&flow.remote.ip());
            }
        }
    }
}
