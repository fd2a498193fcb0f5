//! Which address of this machine a peer sees us under.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::hashing::Map;

/// The address that the system would send from to reach `remote`. Asks the routing table; sends nothing.
pub(crate) fn source_towards(remote: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match remote {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, 9)).ok()?; // any port does: connecting a datagram socket only picks a route
    socket.local_addr().ok().map(|local| local.ip()).filter(|ip| !ip.is_unspecified())
}

/// Makes concrete the address of a socket that listens on all of them, and remembers what the system said.
#[derive(Debug)]
pub(crate) struct LocalAddress {
    bound: SocketAddr,
    known: Map<IpAddr, (IpAddr, Instant)>,
}

impl LocalAddress {
    /// Peers remembered; all are forgotten when it is reached.
    const CAPACITY: usize = 4096;
    /// How long an answer of the system is believed: routes change when a cable or a lease does.
    const FRESH: Duration = Duration::from_secs(30);

    pub(crate) fn new(bound: SocketAddr) -> Self {
        Self { bound, known: Map::default() }
    }

    /// The address under which `remote` sees the socket. The time is asked for only where it is needed.
    pub(crate) fn towards(&mut self, remote: SocketAddr, now: impl FnOnce() -> Instant) -> SocketAddr {
        if !self.bound.ip().is_unspecified() {
            return self.bound;
        }
        let now = now();
        if let Some(&(ip, since)) = self.known.get(&remote.ip())
            && now.saturating_duration_since(since) < Self::FRESH
        {
            return SocketAddr::new(ip, self.bound.port());
        }
        let Some(ip) = source_towards(remote.ip()) else { return self.bound };
        if self.known.len() >= Self::CAPACITY {
            self.known.clear();
        }
        self.known.insert(remote.ip(), (ip, now));
        SocketAddr::new(ip, self.bound.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_address_is_kept_and_any_becomes_one_of_ours() {
        let now = Instant::now();
        let remote = "127.0.0.1:6060".parse().unwrap();
        let bound = "192.0.2.1:5060".parse().unwrap();
        assert_eq!(LocalAddress::new(bound).towards(remote, || now), bound);
        let mut any = LocalAddress::new("0.0.0.0:5060".parse().unwrap());
        assert_eq!(any.towards(remote, || now), "127.0.0.1:5060".parse().unwrap());
        assert_eq!(any.known.len(), 1);
    }
}
