//! Where messages travel: flows, datagram sockets, connections, and who holds a port that we want.

// The words that all the others use.
mod flow;
mod input;
mod listen;
// Datagrams and streams.
mod connection;
mod open_connections;
mod tcp;
mod udp;
// What the system knows.
mod local_address;
mod port_owner;

pub use connection::ConnectionLimits;
pub use flow::{Flow, Protocol, Transmit};
pub use listen::{BindError, ListenConfig};
pub(crate) use open_connections::OpenConnections;
pub use port_owner::{PortOwner, port_owner};

pub(crate) use connection::{BoxedStream, Connection, Intake};
pub(crate) use input::{Accepted, Input};
pub(crate) use local_address::source_towards;
pub(crate) use tcp::{TcpListening, connect};
pub(crate) use udp::UdpTransport;
