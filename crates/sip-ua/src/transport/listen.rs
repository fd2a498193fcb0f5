//! Where to listen, and why that was not possible.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Flow, Outside, PortOwner, Protocol, SocketOptions, Tls, WebGuests, port_owner};

/// One address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListenConfig {
    /// The protocol.
    pub protocol: Protocol,
    /// The address: `0.0.0.0` and `::` mean every one of their own family, port 0 lets the system choose.
    pub address: SocketAddr,
    /// Certificates and keys, which TLS and secure WebSockets need.
    pub tls: Option<Tls>,
    /// What the system is asked for its sockets.
    pub sockets: SocketOptions,
    /// What peers beyond a translator are told in place of the address.
    pub outside: Option<Outside>,
    /// How long peers of its connections may leave what we write unread; `None` for what all connections have
    /// ([`ConnectionLimits::write_within`](super::ConnectionLimits::write_within)).
    pub write_within: Option<Duration>,
    /// Who takes those who come to a port of WebSockets for something else; nobody does where it is `None`.
    pub guests: Option<WebGuests>,
}

impl ListenConfig {
    /// Listens for `protocol` on `address`.
    pub fn new(protocol: Protocol, address: SocketAddr) -> Self {
        Self {
            protocol,
            address,
            tls: None,
            sockets: SocketOptions::default(),
            outside: None,
            write_within: None,
            guests: None,
        }
    }

    /// Whether messages along `flow` leave from this address.
    pub(crate) fn carries(&self, flow: &Flow) -> bool {
        let any = self.address.ip().is_unspecified() && self.address.is_ipv4() == flow.remote.is_ipv4();
        flow.protocol == self.protocol
            && self.address.port() == flow.local.port()
            && (any || self.address.ip() == flow.local.ip())
    }

    /// With these certificates and keys.
    #[must_use]
    pub fn with_tls(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// With these options for its sockets.
    #[must_use]
    pub fn with_sockets(self, sockets: SocketOptions) -> Self {
        Self { sockets, ..self }
    }

    /// With connections whose peers take what we write within this time.
    #[must_use]
    pub fn with_write_within(self, write_within: Duration) -> Self {
        Self { write_within: Some(write_within), ..self }
    }

    /// Behind a translator that shows it so.
    #[must_use]
    pub fn with_outside(self, outside: Outside) -> Self {
        Self { outside: Some(outside), ..self }
    }
}

/// Why an address could not be listened on. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another socket has the port.
    #[error(
        "cannot listen on {protocol} {address}: the port is held by {}; stop it, or choose another port",
        Holder(owner)
    )]
    InUse {
        /// The protocol asked for.
        protocol: Protocol,
        /// The address asked for.
        address: SocketAddr,
        /// Who has it, as far as the system tells.
        owner: Option<PortOwner>,
    },
    /// The system does not let us.
    #[error(
        "cannot listen on {protocol} {address}: not permitted; choose a port above 1023, or give the program \
         the capability CAP_NET_BIND_SERVICE"
    )]
    NotPermitted {
        /// The protocol asked for.
        protocol: Protocol,
        /// The address asked for.
        address: SocketAddr,
    },
    /// No interface has the address.
    #[error(
        "cannot listen on {protocol} {address}: this machine has no such address; bind one that `ip address` \
         shows, or {any} for all of them",
        any = any_of(address)
    )]
    NoSuchAddress {
        /// The protocol asked for.
        protocol: Protocol,
        /// The address asked for.
        address: SocketAddr,
    },
    /// A protocol over TLS without certificates.
    #[error(
        "cannot listen on {protocol} {address}: it needs a certificate and its key; give them, or change the protocol"
    )]
    NoCertificate {
        /// The protocol asked for.
        protocol: Protocol,
        /// The address asked for.
        address: SocketAddr,
    },
    /// Called outside a tokio runtime.
    #[error(
        "cannot listen: there is no tokio runtime here; call this from inside one, with I/O and time enabled"
    )]
    NoRuntime,
    /// Anything else.
    #[error("cannot listen on {protocol} {address}: {source}")]
    Other {
        /// The protocol asked for.
        protocol: Protocol,
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl BindError {
    /// Sorts what the system said, and asks who is in the way.
    pub(crate) fn new(listen: &ListenConfig, source: io::Error) -> Self {
        let &ListenConfig { protocol, address, .. } = listen;
        match source.kind() {
            io::ErrorKind::AddrInUse => {
                Self::InUse { protocol, address, owner: port_owner(protocol, address) }
            }
            io::ErrorKind::PermissionDenied => Self::NotPermitted { protocol, address },
            io::ErrorKind::AddrNotAvailable => Self::NoSuchAddress { protocol, address },
            _ => Self::Other { protocol, address, source },
        }
    }
}

struct Holder<'a>(&'a Option<PortOwner>);

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(owner) => owner.fmt(f),
            None => f.write_str("another program"),
        }
    }
}

fn any_of(address: &SocketAddr) -> &'static str {
    if address.is_ipv4() { "0.0.0.0" } else { "::" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: io::ErrorKind) -> String {
        let listen = ListenConfig::new(Protocol::Udp, "192.0.2.1:5060".parse().unwrap());
        BindError::new(&listen, kind.into()).to_string()
    }

    #[test]
    fn errors_name_the_address_and_say_what_to_do() {
        for (kind, advice) in [
            (io::ErrorKind::AddrInUse, "choose another port"),
            (io::ErrorKind::PermissionDenied, "above 1023"),
            (io::ErrorKind::AddrNotAvailable, "0.0.0.0 for all"),
        ] {
            let text = text(kind);
            assert!(text.contains("UDP 192.0.2.1:5060") && text.contains(advice), "{text}");
        }
    }
}
