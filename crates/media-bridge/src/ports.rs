//! Pairs of UDP ports from a range.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use socket2::{Domain, Protocol, Socket, Type};

use crate::config::Marking;
use crate::error::MediaError;

/// Knows which pairs of the range legs of this engine hold, and binds free ones.
///
/// The search begins at a random pair, so that ports are hard to guess and a port is not used again at once; it goes
/// through the range once. A pair that we hold is skipped without a system call.
pub(crate) struct PortPool {
    ports: RangeInclusive<u16>,
    first: u16,
    pairs: usize,
    /// One bit a pair: taken by us. Without a lock, because a media thread gives pairs back.
    taken: Vec<AtomicU64>,
    in_use: AtomicUsize,
    dscp: u8,
}

/// Where the sockets of a leg are to be, and how they are marked.
#[derive(Clone)]
pub(crate) struct Site {
    /// The range that their ports are of.
    pub(crate) ports: Arc<PortPool>,
    /// The address that they are bound to.
    pub(crate) address: IpAddr,
    /// How their packets are marked.
    pub(crate) marking: Marking,
}

/// Two bound sockets and the right to their ports.
pub(crate) struct PortPair {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    pub(crate) lease: Lease,
}

/// The right to a pair of ports. Gives it back when dropped; dropped after the sockets are closed.
pub(crate) struct Lease {
    site: Site,
    pair: usize,
    /// No leg has it now.
    rests: bool,
}

impl Lease {
    /// Whether its sockets are what a leg wants.
    pub(crate) fn suits(&self, site: &Site) -> bool {
        let Site { ports, address, marking } = &self.site;
        Arc::ptr_eq(ports, &site.ports) && *address == site.address && *marking == site.marking
    }

    /// Where RTP and RTCP are taken in.
    pub(crate) fn places(&self) -> [SocketAddr; 2] {
        let port = self.site.ports.port(self.pair);
        [port, port + 1].map(|port| SocketAddr::new(self.site.address, port))
    }

    /// The leg of it has ended, and the ports stay ours.
    pub(crate) fn rest(&mut self) {
        if !std::mem::replace(&mut self.rests, true) {
            self.site.ports.in_use.fetch_sub(1, Relaxed);
        }
    }

    /// It is another leg's now.
    pub(crate) fn serve(&mut self) {
        if std::mem::replace(&mut self.rests, false) {
            self.site.ports.in_use.fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.rest();
        self.site.ports.release(self.pair);
    }
}

impl PortPool {
    pub(crate) fn new(ports: RangeInclusive<u16>, dscp: u8) -> Result<Self, MediaError> {
        let (start, end) = (usize::from(*ports.start()), usize::from(*ports.end()));
        let first = start.max(2).next_multiple_of(2);
        let pairs = (end + 1).saturating_sub(first) / 2;
        if pairs == 0 {
            return Err(MediaError::NoPortPair(ports));
        }
        let taken = (0..pairs.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        // `pairs > 0` says that `first < end`, which fits.
        Ok(Self { ports, first: first as u16, pairs, taken, in_use: AtomicUsize::new(0), dscp })
    }

    /// The range.
    pub(crate) fn ports(&self) -> &RangeInclusive<u16> {
        &self.ports
    }

    /// DSCP of sockets that have no marking of their own.
    pub(crate) fn dscp(&self) -> u8 {
        self.dscp
    }

    pub(crate) fn in_use(&self) -> usize {
        self.in_use.load(Relaxed)
    }

    /// Binds a free pair.
    pub(crate) fn bind(site: &Site) -> Result<PortPair, MediaError> {
        let (pool, address) = (&site.ports, site.address);
        let socket_error = |source| MediaError::Socket { address, source };
        let start = random().map_err(socket_error)? % pool.pairs;
        for pair in (start..pool.pairs).chain(0..start) {
            if !pool.claim(pair) {
                continue;
            }
            let lease = Lease { site: site.clone(), pair, rests: false };
            match pool.bind_pair(site, pool.port(pair)) {
                Ok((rtp, rtcp)) => return Ok(PortPair { rtp, rtcp, lease }),
                Err(error) if is_taken(&error) => {}
                Err(error) => return Err(socket_error(error)),
            }
        }
        Err(MediaError::PortsExhausted { address, ports: pool.ports.clone(), ours: pool.in_use() })
    }

    /// Pairs in the range.
    pub(crate) fn pairs(&self) -> usize {
        self.pairs
    }

    /// The even port of a pair.
    fn port(&self, pair: usize) -> u16 {
        // There are no more pairs than fit behind the first.
        self.first + 2 * pair as u16
    }

    fn bind_pair(&self, site: &Site, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
        Ok((self.bind_socket(site, port)?, self.bind_socket(site, port + 1)?))
    }

    fn bind_socket(&self, site: &Site, port: u16) -> io::Result<UdpSocket> {
        let address = SocketAddr::new(site.address, port);
        let socket = open_socket(Domain::for_address(address))?;
        self.mark(&socket, address.ip(), site.marking);
        if address.ip().is_unspecified() && address.is_ipv6() {
            // "::" means every address of the machine, IPv4 ones too.
            socket.set_only_v6(false)?;
        }
        socket.bind(&address.into())?;
        Ok(socket.into())
    }

    /// Marks what a socket sends. A system that refuses lets calls go on without: unmarked audio is better than none.
    fn mark(&self, socket: &Socket, address: IpAddr, marking: Marking) {
        let octet = if marking.tos == 0 { (self.dscp & 0x3f) << 2 } else { marking.tos };
        let tos = match address {
            _ if octet == 0 => Ok(()),
            IpAddr::V4(_) => socket.set_tos_v4(octet.into()),
            IpAddr::V6(_) => socket.set_tclass_v6(octet.into()),
        };
        let priority = marking.priority.map_or(Ok(()), |priority| set_priority(socket, priority));
        if let Err(error) = tos.and(priority) {
            tracing::debug!(%error, ?marking, "the packets of a media leg go out unmarked");
        }
    }

    fn claim(&self, pair: usize) -> bool {
        let bit = 1 << (pair % 64);
        let free = self.taken[pair / 64].fetch_or(bit, Relaxed) & bit == 0;
        if free {
            self.in_use.fetch_add(1, Relaxed);
        }
        free
    }

    fn release(&self, pair: usize) {
        self.taken[pair / 64].fetch_and(!(1 << (pair % 64)), Relaxed);
    }
}

/// Another program has the port, or keeps it from us; the next one may do.
fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// A socket that never blocks; where the system can, that takes no call of its own.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "netbsd"))]
fn open_socket(domain: Domain) -> io::Result<Socket> {
    Socket::new_raw(domain, Type::DGRAM.nonblocking().cloexec(), Some(Protocol::UDP))
}

/// A socket that never blocks.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd", target_os = "netbsd")))]
fn open_socket(domain: Domain) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(target_os = "linux")]
fn set_priority(socket: &Socket, priority: u8) -> io::Result<()> {
    socket.set_priority(priority.into())
}

/// Only Linux has priorities of sockets.
#[cfg(not(target_os = "linux"))]
fn set_priority(_socket: &Socket, _priority: u8) -> io::Result<()> {
    Ok(())
}

fn random() -> io::Result<usize> {
    getrandom::u32().map(|number| number as usize).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn pool(ports: RangeInclusive<u16>) -> Arc<PortPool> {
        Arc::new(PortPool::new(ports, 0).unwrap())
    }

    fn site(ports: &Arc<PortPool>) -> Site {
        Site { ports: ports.clone(), address: LOOPBACK, marking: Marking::default() }
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        for ports in [10_001..=10_001, 10_000..=10_000, 10_001..=10_002, RangeInclusive::new(3, 2)] {
            assert!(matches!(PortPool::new(ports, 0), Err(MediaError::NoPortPair(_))));
        }
        assert_eq!(pool(10_000..=10_001).pairs, 1);
        assert_eq!(pool(10_001..=10_004).pairs, 1);
        assert_eq!(pool(0..=65_535).pairs, 32_767);
        assert_eq!(pool(65_534..=65_535).pairs, 1);
    }

    #[test]
    fn pairs_are_even_and_odd_and_end() {
        let pool = pool(42_300..=42_319);
        let mut held: Vec<_> = Vec::new();
        while let Ok(pair) = PortPool::bind(&site(&pool)) {
            let [rtp, rtcp] = pair.lease.places();
            assert_eq!((rtp.port() % 2, rtcp.port()), (0, rtp.port() + 1));
            assert_eq!(pair.rtp.local_addr().unwrap(), rtp);
            assert_eq!(pair.rtcp.local_addr().unwrap(), rtcp);
            held.push(pair);
        }
        assert!(!held.is_empty() && held.len() <= 10);
        let error = PortPool::bind(&site(&pool)).err().unwrap().to_string();
        assert!(error.contains("42300-42319") && error.contains("rtpstart"), "{error}");
        let one = held.pop().unwrap().lease.places();
        assert_eq!(PortPool::bind(&site(&pool)).unwrap().lease.places(), one, "the pair that was given back");
        drop(held);
        assert_eq!(pool.in_use(), 0);
    }

    #[test]
    fn a_pair_whose_second_port_is_taken_is_passed_over() {
        let pool = pool(42_330..=42_333);
        let Ok(_stranger) = UdpSocket::bind((Ipv4Addr::LOCALHOST, 42_331)) else { return };
        for _ in 0..20 {
            assert_eq!(PortPool::bind(&site(&pool)).unwrap().lease.places()[0].port(), 42_332);
        }
    }

    #[test]
    fn an_address_that_is_not_ours_is_named() {
        let error =
            PortPool::bind(&Site { address: IpAddr::from([192, 0, 2, 1]), ..site(&pool(42_340..=42_349)) })
                .err()
                .unwrap();
        assert!(matches!(error, MediaError::Socket { .. }));
        assert!(error.to_string().contains("192.0.2.1"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn sockets_are_marked_as_they_are_told_to() {
        let marked = |dscp, marking| {
            let pool = Arc::new(PortPool::new(42_350..=42_399, dscp).unwrap());
            let pair = PortPool::bind(&Site { marking, ..site(&pool) }).unwrap();
            let [rtp, rtcp] = [Socket::from(pair.rtp), Socket::from(pair.rtcp)];
            assert_eq!(rtp.tos_v4().unwrap(), rtcp.tos_v4().unwrap());
            (rtp.tos_v4().unwrap(), rtp.priority().unwrap())
        };
        assert_eq!(marked(0, Marking { tos: 0xB8, priority: Some(5) }), (0xB8, 5));
        assert_eq!(marked(46, Marking { tos: 0, priority: Some(5) }), (0xB8, 5));
        assert_eq!(marked(0, Marking::default()), (0, 0));
    }

    #[test]
    fn sockets_serve_another_leg_that_wants_the_same() {
        let (pool, other) = (pool(42_500..=42_539), pool(42_500..=42_539));
        let lease = PortPool::bind(&site(&pool)).unwrap().lease;
        assert!(lease.suits(&site(&pool)) && !lease.suits(&site(&other)));
        assert!(!lease.suits(&Site { marking: Marking { tos: 0xB8, priority: None }, ..site(&pool) }));
        assert!(!lease.suits(&Site { address: IpAddr::from([127, 0, 0, 2]), ..site(&pool) }));
    }
}
