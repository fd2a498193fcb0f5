use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;

/// Why the media plane could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The configured range has no even port with an odd one above it.
    #[error("RTP ports {}-{} hold no pair of an even and the next odd port; give rtpstart and rtpend, or rtp_port_start and rtp_port_end, a wider range", .0.start(), .0.end())]
    NoPortPair(RangeInclusive<u16>),
    /// Every pair of the range is taken, by our own legs or by other programs.
    #[error(
        "no free RTP port pair in {}-{} on {address} ({ours} pairs are ours); widen rtpstart..rtpend, or the endpoint's rtp_port_start..rtp_port_end, or end calls",
        ports.start(), ports.end()
    )]
    PortsExhausted {
        /// Where the leg wanted to listen.
        address: IpAddr,
        /// The range that was searched.
        ports: RangeInclusive<u16>,
        /// Pairs that legs of this engine hold.
        ours: usize,
    },
    /// The address is not one of this machine, or the system refuses sockets.
    #[error(
        "cannot open an RTP socket on {address}: {source}; check that this machine has the address and enough file descriptors (ulimit -n)"
    )]
    Socket {
        /// Where the leg wanted to listen.
        address: IpAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A media thread could not be started.
    #[error("cannot start media thread {thread}: {source}")]
    Thread {
        /// Its number.
        thread: usize,
        /// What the system said.
        source: io::Error,
    },
    /// The backend asked for does not exist on this system.
    #[error("this system has no {0:?} backend; use Backend::Best")]
    NoSuchBackend(crate::Backend),
    /// The media thread is gone, which only a bug of ours can cause.
    #[error("the media thread of this leg has ended")]
    ThreadGone,
}
