use std::net::UdpSocket;
use std::sync::Arc;

use crate::id::{BridgeId, LegId};
use crate::io::SocketId;
use crate::leg::{EventSink, LegCore};
use crate::ports::{Lease, PortPair};
use crate::statistics::Counters;

/// A leg that is about to be born on its home thread.
pub(crate) struct NewLeg {
    pub(crate) id: LegId,
    pub(crate) pair: PortPair,
    pub(crate) counters: Arc<Counters>,
    pub(crate) events: EventSink,
}

/// Everything of a leg, on its way to another thread. Packets wait in the sockets meanwhile.
pub(crate) struct Luggage {
    pub(crate) id: LegId,
    pub(crate) core: LegCore,
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    pub(crate) lease: Lease,
    /// A bridge that is later than the one it was fetched for, and the other leg of it.
    pub(crate) later: Option<(BridgeId, LegId)>,
}

/// A leg in its place on a thread.
pub(super) struct Seat {
    pub(super) id: LegId,
    pub(super) core: LegCore,
    pub(super) rtp: SocketId,
    pub(super) rtcp: SocketId,
    pub(super) lease: Lease,
    /// The leg that it is bridged with, by its place.
    pub(super) bridge: Option<(BridgeId, usize)>,
    /// The bridge whose other leg has not arrived yet.
    pub(super) awaits: Option<BridgeId>,
    /// Its slot of the wheel, while it makes packets.
    pub(super) slot: Option<usize>,
}
