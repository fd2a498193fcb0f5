//! How the connections of one listening address open, from both sides.

use tokio::net::TcpStream;

use super::tcp::connect;
use super::{BoxedStream, Flow, ListenConfig, Opening, Protocol, Tls};

/// What stands between a TCP connection and SIP.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    protocol: Protocol,
    tls: Option<Tls>,
}

impl Door {
    pub(crate) fn new(listen: &ListenConfig) -> Self {
        Self { protocol: listen.protocol, tls: listen.tls.clone() }
    }

    /// The protocol that is spoken behind it.
    pub(crate) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// A peer has connected to us.
    pub(crate) fn accepted(&self, stream: TcpStream) -> Opening {
        let door = self.clone();
        Box::pin(async move {
            let stream: BoxedStream = Box::new(stream);
            match &door.tls {
                Some(tls) if door.protocol.is_secure() => tls.accept(stream).await,
                _ => Ok(stream),
            }
        })
    }

    /// We connect to a peer along `flow`, which must prove to be `name` where it can.
    pub(crate) fn open(&self, flow: Flow, name: String) -> Opening {
        let door = self.clone();
        Box::pin(async move {
            let stream: BoxedStream = Box::new(connect(flow).await?);
            match &door.tls {
                Some(tls) if door.protocol.is_secure() => tls.connect(stream, &name).await,
                _ => Ok(stream),
            }
        })
    }
}
