//! Where messages travel: flows, datagram sockets, connections, and who holds a port that we want.

// The words that all the others use.
mod flow;
mod input;
mod listen;
mod outside;
// Datagrams and streams.
mod connection;
mod datagram;
mod door;
mod open_connections;
mod peer_names;
mod socket_options;
mod tcp;
mod tls;
mod udp;
mod watched;
mod web_guests;
mod websocket;
// What the system knows.
mod local_address;
mod port_owner;

pub use connection::{BoxedStream, ConnectionLimits, Stream};
pub use flow::{Flow, Protocol, Transmit};
pub use listen::{BindError, ListenConfig};
pub use outside::{Outside, SentBy};
pub use port_owner::{PortOwner, port_owner};
pub use socket_options::{SocketOptions, TcpKeepAlive};
pub use tls::{CipherSuite, ClientCertificate, Tls, TlsConfig, TlsError, TlsVersions};
pub use web_guests::{Visit, WebGuests};

pub(crate) use connection::{Connection, Intake, Opened, Opening};
pub(crate) use door::Door;
pub(crate) use input::{Accepted, Input};
pub(crate) use local_address::Sources;
pub(crate) use open_connections::OpenConnections;
pub(crate) use outside::{media_address, sent_by};
pub(crate) use peer_names::PeerNames;
pub(crate) use tcp::TcpListening;
pub(crate) use udp::UdpTransport;
