use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use crate::bridge::Bridge;
use crate::broadcast::{Announcer, Broadcast, Source};
use crate::codec::Codec;
use crate::conference::{Conference, ConferenceConfig};
use crate::config::{Marking, MediaConfig};
use crate::error::MediaError;
use crate::event::LegEvent;
use crate::handle::{Leg, PLAY_RATE};
use crate::id::{BridgeId, ConferenceId, LegId};
use crate::playback::{Form, Press};
use crate::port_ranges::PortRanges;
use crate::ports::{PortPool, Site};
use crate::statistics::Counters;
use crate::thread::{Command, ConferenceCommand, Message, NewLeg, Pacer, Place, ThreadGroup};

/// The media plane: threads that carry RTP, and the ports they use. A cheap handle; clones are the same engine.
///
/// The threads end when the last handle, [`Leg`] and [`Bridge`] are gone.
#[derive(Clone)]
pub struct MediaEngine(Arc<Shared>);

/// What a new leg needs.
pub struct LegConfig {
    /// The address of this machine that the leg listens on; unspecified (`0.0.0.0`, `::`) for all of them.
    pub bind: IpAddr,
    /// A leg that this one will probably be bridged with. Bridges on one thread are the cheapest.
    pub near: Option<LegId>,
    /// UDP ports to take a pair of, in place of [`MediaConfig::ports`].
    pub ports: Option<RangeInclusive<u16>>,
    /// How its packets are marked.
    pub marking: Marking,
    /// Called on the media thread for each event. It must not block: send into an unbounded channel, set a flag.
    pub events: Box<dyn Fn(LegEvent) + Send>,
}

impl LegConfig {
    /// A leg on `bind` that reports to `events`.
    pub fn new(bind: IpAddr, events: impl Fn(LegEvent) + Send + 'static) -> Self {
        Self { bind, near: None, ports: None, marking: Marking::default(), events: Box::new(events) }
    }

    /// The same, on the thread of `leg` if there is one.
    #[must_use]
    pub fn near(mut self, leg: Option<LegId>) -> Self {
        self.near = leg;
        self
    }
}

impl MediaEngine {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`MediaError::NoPortPair`] for a port range without a pair, [`MediaError::Thread`] when the system has no
    /// thread or descriptor left, [`MediaError::NoSuchBackend`].
    pub fn start(config: MediaConfig) -> Result<Self, MediaError> {
        let ports = PortPool::new(config.ports.clone(), config.dscp)?;
        let count = config.threads.unwrap_or_else(cores).max(1);
        // Enough stay for other programs, however narrow the range is.
        let parked = config.parked_pairs.min(ports.pairs() / 8) / count;
        let threads = ThreadGroup::start(count, config.backend, parked)?;
        tracing::debug!(threads = count, ports = ?config.ports, "media engine started");
        Ok(Self::over(threads, ports))
    }

    /// One without threads, for rehearsals on a clock of their own: the [`Pacer`] does the work whenever it is called, and
    /// nothing leaves this process. `wake` is called when there is something to do, from any thread; it must not block.
    ///
    /// # Errors
    /// [`MediaError::NoPortPair`] for a port range without a pair.
    pub fn paced(
        config: &MediaConfig,
        now: Instant,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<(Self, Pacer), MediaError> {
        let (pacer, threads) = Pacer::new(now, wake);
        Ok((Self::with(config, threads)?, pacer))
    }

    /// One whose thread is driven by whoever measures it.
    pub(crate) fn with(config: &MediaConfig, threads: ThreadGroup) -> Result<Self, MediaError> {
        Ok(Self::over(threads, PortPool::new(config.ports.clone(), config.dscp)?))
    }

    fn over(threads: ThreadGroup, ports: PortPool) -> Self {
        Self(Arc::new(Shared {
            threads,
            ports: PortRanges::new(ports),
            next_leg: AtomicU64::new(1),
            next_bridge: AtomicU64::new(1),
            press: Press::default(),
            announcer: Announcer::default(),
            next_conference: AtomicU64::new(1),
        }))
    }

    /// The engine of a handle.
    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Takes the pairs of legs that have no range of their own from `ports` from now on. Legs that are open stay.
    ///
    /// # Errors
    /// [`MediaError::NoPortPair`] for a range without a pair; then all stays as it was.
    pub fn set_ports(&self, ports: &RangeInclusive<u16>) -> Result<(), MediaError> {
        self.0.ports.set_usual(ports)
    }

    /// Opens a leg on a free pair of ports: RTP on an even one, RTCP on the next. It is silent and deaf until
    /// [`Leg::configure`].
    ///
    /// # Errors
    /// [`MediaError::NoPortPair`] for ports of its own without a pair; [`MediaError::PortsExhausted`] when every pair of the
    /// range is taken; [`MediaError::Socket`] when the address
    /// is not ours or descriptors ran out.
    pub fn open_leg(&self, config: LegConfig) -> Result<Leg, MediaError> {
        let shared = &self.0;
        let wanted = match config.near {
            Some(leg) => leg.home().min(shared.threads.count() - 1),
            None => shared.threads.least_loaded(),
        };
        let ports = shared.ports.pool(config.ports.as_ref())?;
        let site = Site { ports, address: config.bind, marking: config.marking };
        let (home, place) = shared.place(wanted, &site)?;
        let id = LegId::new(home, shared.next_leg.fetch_add(1, Ordering::Relaxed));
        let [rtp, rtcp] = place.addresses();
        let counters = Arc::new(Counters::default());
        let new = NewLeg { id, place, counters: counters.clone(), events: config.events };
        if !shared.threads.post(home, Message::Open(Box::new(new))) {
            return Err(MediaError::ThreadGone);
        }
        let (has_begun, rate) = (AtomicBool::new(false), AtomicU32::new(PLAY_RATE));
        let form = Mutex::new(Form::new(Codec::default(), opus::Settings::default()));
        Ok(Leg {
            id,
            rtp,
            rtcp,
            counters,
            shared: shared.clone(),
            has_begun,
            may_have_moved: AtomicBool::new(false),
            rate,
            form,
            remote: Mutex::new(None),
        })
    }

    /// Joins two legs until the [`Bridge`] is dropped. Bridges that they were in end.
    ///
    /// They are joined before the next packet of either is looked at, and within a tenth of a second.
    pub fn bridge(&self, first: &Leg, second: &Leg) -> Bridge {
        let id = self.0.next_stay();
        let near = first.is_settled() && second.is_settled() && first.id.home() == second.id.home();
        if !near {
            second.unsettle();
        }
        self.0.command(first.id, Command::Join { bridge: id, peer: second.id, near });
        let second = (!near).then_some(second.id);
        Bridge { id, first: first.id, second, shared: self.0.clone() }
    }

    /// Puts sound on the air, for any number of legs to [listen](Leg::listen) to.
    pub fn broadcast(&self, source: impl Source + 'static) -> Broadcast {
        self.0.announcer.begin(Box::new(source))
    }

    /// Opens a room, until the [`Conference`] is dropped. Rooms spread over the threads; the legs of their members follow them.
    pub fn open_conference(&self, config: ConferenceConfig) -> Conference {
        let shared = &self.0;
        let serial = shared.next_conference.fetch_add(1, Ordering::Relaxed);
        let id = ConferenceId { home: shared.threads.fewest_rooms(), serial };
        let highest_rate = config.highest_rate;
        shared.command_conference(id, ConferenceCommand::Open(Box::new(config)));
        Conference { id, highest_rate, shared: shared.clone() }
    }

    /// Legs that are open now, over all threads.
    pub fn open_legs(&self) -> usize {
        self.0.threads.legs()
    }

    /// Pairs of ports that its legs hold now. A closed leg gives its pair back a moment after its handle was dropped,
    /// within a tenth of a second. Pairs that rest between two legs do not count.
    pub fn ports_in_use(&self) -> usize {
        self.0.ports.in_use()
    }
}

impl std::fmt::Debug for MediaEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MediaEngine({} threads, {} legs)", self.0.threads.count(), self.open_legs())
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What all handles of an engine share.
pub(crate) struct Shared {
    pub(crate) threads: ThreadGroup,
    ports: PortRanges,
    next_leg: AtomicU64,
    next_bridge: AtomicU64,
    pub(crate) press: Press,
    announcer: Announcer,
    next_conference: AtomicU64,
}

impl Shared {
    /// Sockets for a new leg, and the thread that it begins on: `wanted`, unless others rest on all that are left.
    fn place(&self, wanted: usize, site: &Site) -> Result<(usize, Place), MediaError> {
        if let Some(parked) = self.threads.parked(wanted, site, false) {
            return Ok((wanted, Place::Parked(parked)));
        }
        let none_left = match PortPool::bind(site) {
            Ok(pair) => return Ok((wanted, Place::Fresh(pair))),
            Err(error @ MediaError::PortsExhausted { .. }) => error,
            Err(error) => return Err(error),
        };
        let threads = std::iter::once(wanted).chain(0..self.threads.count());
        let mut parked =
            threads.filter_map(|thread| Some((thread, self.threads.parked(thread, site, true)?)));
        parked.next().map(|(thread, pair)| (thread, Place::Parked(pair))).ok_or(none_left)
    }

    /// A name for a bridge or a stay in a conference that begins now.
    pub(crate) fn next_stay(&self) -> BridgeId {
        BridgeId(self.next_bridge.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends a command to a conference. A thread that has ended has none.
    pub(crate) fn command_conference(&self, conference: ConferenceId, command: ConferenceCommand) {
        self.threads.post(conference.home, Message::Conference(conference, command));
    }

    /// Sends a command to a leg by way of its home thread. A thread that has ended has no legs: nothing is lost.
    pub(crate) fn command(&self, leg: LegId, command: Command) {
        self.threads.post(leg.home(), Message::Leg(leg, command));
    }
}
