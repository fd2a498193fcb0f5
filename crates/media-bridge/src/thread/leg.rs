use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use crate::id::{BridgeId, LegId};
use crate::io::SocketId;
use crate::leg::{EventSink, LegCore};
use crate::ports::{Lease, PortPair};
use crate::statistics::Counters;
use crate::thread::parking::ParkedPair;
use crate::thread::rooms::Stay;

/// A leg that is about to be born on its home thread.
pub(crate) struct NewLeg {
    pub(crate) id: LegId,
    pub(crate) place: Place,
    pub(crate) counters: Arc<Counters>,
    pub(crate) events: EventSink,
}

/// The sockets of a new leg.
pub(crate) enum Place {
    /// Opened for it.
    Fresh(PortPair),
    /// Of an earlier leg of that thread, which watches them already.
    Parked(ParkedPair),
}

impl Place {
    /// Where RTP and RTCP are taken in.
    pub(crate) fn addresses(&self) -> [SocketAddr; 2] {
        match self {
            Self::Fresh(pair) => pair.lease.places(),
            Self::Parked(pair) => pair.lease.places(),
        }
    }
}

/// Everything of a leg, on its way to another thread. Packets wait in the sockets meanwhile.
pub(crate) struct Luggage {
    pub(crate) id: LegId,
    pub(crate) core: LegCore,
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    pub(crate) lease: Lease,
    pub(super) since: BridgeId,
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
    /// The conference that it takes part in.
    pub(super) stay: Option<Stay>,
    /// The bridge whose other leg has not arrived yet, and that leg.
    pub(super) awaits: Option<(BridgeId, LegId)>,
    /// What it was told last to begin, or what comes after what it was told last to end: all that is earlier is over.
    pub(super) since: BridgeId,
    /// Its slot of the wheel, while it makes packets.
    pub(super) slot: Option<usize>,
}

impl Seat {
    /// A leg that does nothing yet.
    pub(super) fn new(id: LegId, core: LegCore, rtp: SocketId, rtcp: SocketId, lease: Lease) -> Self {
        let since = BridgeId::default();
        Self { id, core, rtp, rtcp, lease, bridge: None, stay: None, awaits: None, since, slot: None }
    }
}
