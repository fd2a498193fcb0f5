//! How the connections of one listening address open, from both sides.

use std::time::Duration;

use tokio::net::TcpStream;

use super::tcp::connect;
use super::{
    BoxedStream, ConnectionLimits, Flow, ListenConfig, Opened, Opening, Protocol, SocketOptions, Tls,
    WebGuests, web_guests, websocket,
};

/// What stands between a TCP connection and SIP.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    protocol: Protocol,
    tls: Option<Tls>,
    sockets: SocketOptions,
    write_within: Option<Duration>,
    guests: Option<WebGuests>,
}

impl Door {
    pub(crate) fn new(listen: &ListenConfig) -> Self {
        let tls = listen.tls.clone().filter(|_| listen.protocol.is_secure());
        let (write_within, guests) = (listen.write_within, listen.guests.clone());
        Self { protocol: listen.protocol, tls, sockets: listen.sockets.clone(), write_within, guests }
    }

    /// The protocol that is spoken behind it.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Whether all who come through it have proven who they are.
    pub(crate) fn proves_clients(&self) -> bool {
        self.tls.as_ref().is_some_and(Tls::proves_clients)
    }

    /// How long its connections live, where all others live by `limits`.
    pub(crate) fn limits(&self, limits: &ConnectionLimits) -> ConnectionLimits {
        ConnectionLimits { write_within: self.write_within.unwrap_or(limits.write_within), ..limits.clone() }
    }

    /// What the system is asked for its connections.
    pub(super) fn sockets(&self) -> &SocketOptions {
        &self.sockets
    }

    /// A peer has connected to us.
    pub(crate) fn accepted(&self, stream: TcpStream) -> Opening {
        let door = self.clone();
        Box::pin(async move {
            let remote = stream.peer_addr()?;
            let stream: BoxedStream = Box::new(stream);
            let mut stream = match &door.tls {
                Some(tls) => tls.accept(stream).await?,
                None => stream,
            };
            if let Some(guests) = door.guests.as_ref().filter(|_| door.is_web()) {
                let (is_sip, replayed) = web_guests::asks_for_sip(stream).await?;
                if !is_sip {
                    return Ok(Opened::Guest(guests.visit(replayed, remote)));
                }
                stream = replayed;
            }
            match door.is_web() {
                true => websocket::accept(stream).await.map(|socket| Opened::WebSocket(Box::new(socket))),
                false => Ok(Opened::Stream(stream)),
            }
        })
    }

    /// We connect to a peer along `flow`, which must prove to be `name` where it can.
    pub(crate) fn open(&self, flow: Flow, name: String) -> Opening {
        let door = self.clone();
        Box::pin(async move {
            let stream: BoxedStream = Box::new(connect(flow, &door.sockets).await?);
            let stream = match &door.tls {
                Some(tls) => tls.connect(stream, &name).await?,
                None => stream,
            };
            match door.is_web() {
                true => websocket::connect(stream, &name, flow.remote.port())
                    .await
                    .map(|socket| Opened::WebSocket(Box::new(socket))),
                false => Ok(Opened::Stream(stream)),
            }
        })
    }

    fn is_web(&self) -> bool {
        matches!(self.protocol, Protocol::Ws | Protocol::Wss)
    }
}
