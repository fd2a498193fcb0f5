//! What the system is asked for our sockets.

use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// What the system is asked for the sockets of one transport. What it refuses is noted and done without.
///
/// # Defaults
/// No marking; TCP asks after 60 s of silence whether the peer is still there, then every 15 s.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketOptions {
    /// The octet of differentiated services (RFC 2474): its upper six bits are the code point. `0xB8` is EF.
    pub tos: Option<u8>,
    /// The priority inside this machine, of which VLANs make their priority code point (IEEE 802.1Q): 0 to 7. Linux only.
    pub priority: Option<u8>,
    /// How TCP notices that a peer has vanished.
    pub tcp_keep_alive: TcpKeepAlive,
}

/// How TCP notices that a peer has vanished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpKeepAlive {
    /// Silence after which it asks.
    pub idle: Duration,
    /// Time between questions.
    pub interval: Duration,
    /// Questions without an answer after which the connection is dead; `None` leaves that to the system.
    pub probes: Option<u32>,
}

impl Default for SocketOptions {
    fn default() -> Self {
        let tcp_keep_alive =
            TcpKeepAlive { idle: Duration::from_secs(60), interval: Duration::from_secs(15), probes: None };
        Self { tos: None, priority: None, tcp_keep_alive }
    }
}

impl SocketOptions {
    /// Marks what a socket sends.
    pub(super) fn mark(&self, socket: &SockRef<'_>, ipv4: bool) {
        let tos = self.tos.map(u32::from).map_or(Ok(()), |tos| match ipv4 {
            true => socket.set_tos_v4(tos),
            false => socket.set_tclass_v6(tos),
        });
        #[cfg(target_os = "linux")]
        let tos = tos.and(self.priority.map_or(Ok(()), |priority| socket.set_priority(priority.into())));
        if let Err(error) = tos {
            tracing::warn!(%error, "what is sent cannot be marked; is the capability CAP_NET_ADMIN missing?");
        }
    }

    pub(super) fn keep_alive(&self) -> TcpKeepalive {
        let TcpKeepAlive { idle, interval, probes } = self.tcp_keep_alive;
        let keep_alive = TcpKeepalive::new().with_time(idle).with_interval(interval);
        probes.map_or(keep_alive.clone(), |probes| keep_alive.with_retries(probes))
    }
}

#[cfg(test)]
mod tests {
    use socket2::{Domain, Socket, Type};

    use super::*;

    #[test]
    fn sockets_of_both_families_are_marked() {
        let options = SocketOptions { tos: Some(0xB8), priority: Some(5), ..SocketOptions::default() };
        let four = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
        options.mark(&SockRef::from(&four), true);
        assert_eq!(four.tos_v4().unwrap(), 0xB8);
        #[cfg(target_os = "linux")]
        assert_eq!(four.priority().unwrap(), 5);
        let six = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
        options.mark(&SockRef::from(&six), false);
        assert_eq!(six.tclass_v6().unwrap(), 0xB8);
    }
}
