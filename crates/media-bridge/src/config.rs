use std::ops::RangeInclusive;

/// How a [`MediaEngine`](crate::MediaEngine) is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// Media threads. `None`: one for each core that the process may use. More than cores is of no use.
    pub threads: Option<usize>,
    /// UDP ports for RTP (even) and RTCP (the odd one above), as `rtpstart` and `rtpend` of `rtp.conf` say.
    /// Each leg takes a pair; a call between two phones takes two.
    pub ports: RangeInclusive<u16>,
    /// DSCP of RTP and RTCP packets, 0 to 63 (RFC 2474); 46 is expedited forwarding. 0 leaves packets unmarked.
    pub dscp: u8,
    /// Pairs of sockets of legs that have ended, which may stay open for up to ten seconds and serve the next legs: a call
    /// then opens and closes none. Each is two file descriptors. An eighth of `ports` is the most.
    pub parked_pairs: usize,
    /// How packets reach the kernel.
    pub backend: Backend,
}

impl Default for MediaConfig {
    /// A thread a core, ports 10000 to 20000, no DSCP, 128 parked pairs, the quickest backend of the system.
    fn default() -> Self {
        Self { threads: None, ports: 10_000..=20_000, dscp: 0, parked_pairs: 128, backend: Backend::Best }
    }
}

/// How the packets of a leg are marked, for routers and switches that let some go first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marking {
    /// The octet of IPv4 (type of service, RFC 2474) or IPv6 (traffic class); 0xB8 is expedited forwarding. 0: as
    /// [`MediaConfig::dscp`] says.
    pub tos: u8,
    /// The priority inside this machine, of which VLANs make their priority code point (IEEE 802.1Q): 0 to 7. Linux only.
    pub priority: Option<u8>,
}

/// The system calls that a media thread makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// The one with the shortest way through a bridge that this system has: `epoll`, or the portable one.
    #[default]
    Best,
    /// Readiness through `mio`: works wherever that crate does.
    Portable,
    /// Level-triggered `epoll`: one `recvfrom` and one `sendto` for each forwarded packet. Linux only.
    Epoll,
    /// `io_uring`: one call for what came and what goes. It takes an eighth less of a processor than `epoll`, and packets are
    /// longer on their way where many calls share a thread. Linux from 6.12 on, where it is allowed.
    Uring,
}

impl Backend {
    /// Whether this system has it and lets us use it.
    pub fn is_available(self) -> bool {
        match self {
            Self::Best | Self::Portable => true,
            Self::Epoll => cfg!(target_os = "linux"),
            #[cfg(target_os = "linux")]
            Self::Uring => crate::io::Uring::is_available(),
            #[cfg(not(target_os = "linux"))]
            Self::Uring => false,
        }
    }

    /// The one that stands behind [`Backend::Best`]; else itself.
    pub(crate) fn chosen(self) -> Self {
        match self {
            Self::Best if Self::Epoll.is_available() => Self::Epoll,
            Self::Best => Self::Portable,
            chosen => chosen,
        }
    }
}
