//! Which address of this machine a peer sees us under.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::hashing::Map;

/// The address that the system would send from to reach `remote`. Asks the routing table; sends nothing.
fn source_towards(remote: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match remote {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, 9)).ok()?; // any port does: connecting a datagram socket only picks a route
    socket.local_addr().ok().map(|local| local.ip()).filter(|ip| !ip.is_unspecified())
}

/// What the system said of where it sends from, remembered for a while.
#[derive(Debug, Default)]
pub(crate) struct Sources(Map<IpAddr, (IpAddr, Instant)>);

impl Sources {
    /// Peers remembered; all are forgotten when it is reached.
    const CAPACITY: usize = 4096;
    /// How long an answer of the system is believed: routes change when a cable or a lease does.
    const FRESH: Duration = Duration::from_secs(30);

    /// The address that the system sends from to reach `remote`.
    pub(crate) fn towards(&mut self, remote: IpAddr, now: Instant) -> Option<IpAddr> {
        if let Some(&(ip, since)) = self.0.get(&remote)
            && now.saturating_duration_since(since) < Self::FRESH
        {
            return Some(ip);
        }
        let ip = source_towards(remote)?;
        if self.0.len() >= Self::CAPACITY {
            self.0.clear();
        }
        self.0.insert(remote, (ip, now));
        Some(ip)
    }
}

/// Makes concrete the address of a socket that listens on all of them.
#[derive(Debug)]
pub(crate) struct LocalAddress {
    bound: SocketAddr,
    sources: Sources,
}

impl LocalAddress {
    pub(crate) fn new(bound: SocketAddr) -> Self {
        Self { bound, sources: Sources::default() }
    }

    /// The address under which `remote` sees the socket. The time is asked for only where it is needed.
    pub(crate) fn towards(&mut self, remote: SocketAddr, now: impl FnOnce() -> Instant) -> SocketAddr {
        if !self.bound.ip().is_unspecified() {
            return self.bound;
        }
        match self.sources.towards(remote.ip(), now()) {
            Some(ip) => SocketAddr::new(ip, self.bound.port()),
            None => self.bound,
        }
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
        assert_eq!(any.sources.0.len(), 1);
        let later = now + Sources::FRESH;
        any.towards(remote, || later);
        assert_eq!(
            any.sources.0.get(&remote.ip()).map(|(_, since)| *since),
            Some(later),
            "it is asked again"
        );
    }
}
