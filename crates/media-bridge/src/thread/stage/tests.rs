//! Threads without threads: each stage is driven by hand, so that messages meet in the order that a test wants.

mod conferences;
mod orders;

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, channel};

use super::super::parking::PARKED as OF_PARKED;
use super::*;
use crate::codec::Codec;
use crate::config::Marking;
use crate::event::{LegEvent, PlaybackEnd};
use crate::io::Received;
use crate::io::{SocketId, Wake};
use crate::ports::{PortPool, Site};
use crate::settings::LegSettings;
use crate::statistics::Counters;

/// Sockets at which arrives what a test puts there, and that can be refused.
#[derive(Default)]
struct FakeIo {
    sockets: Slab<UdpSocket>,
    tokens: HashMap<usize, u32>,
    /// Sockets that are taken in before the next ones are refused.
    room: Option<usize>,
    /// What has come, and from where.
    arrived: VecDeque<(SocketId, Vec<u8>, SocketAddr)>,
    /// How long it was to wait the last time, unless until somebody rings.
    slept: Option<Duration>,
}

struct Silent;

impl Wake for Silent {
    fn wake(&self) {}
}

impl PacketIo for FakeIo {
    fn new() -> io::Result<Self> {
        Ok(Self::default())
    }

    fn bell(&self) -> Arc<dyn Wake> {
        Arc::new(Silent)
    }

    fn add(&mut self, socket: UdpSocket, token: u32) -> io::Result<SocketId> {
        if self.room.is_some_and(|room| self.sockets.len() >= room) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let key = self.sockets.insert(socket);
        self.tokens.insert(key, token);
        Ok(SocketId(key))
    }

    fn rename(&mut self, socket: SocketId, token: u32) {
        self.tokens.insert(socket.0, token);
    }

    fn remove(&mut self, socket: SocketId) -> Option<UdpSocket> {
        self.sockets.try_remove(socket.0)
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.slept = timeout;
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8; MAX_DATAGRAM]) -> Option<Received> {
        let (socket, packet, from) = self.arrived.pop_front()?;
        buffer[..packet.len()].copy_from_slice(&packet);
        Some(Received { token: self.tokens[&socket.0], length: packet.len(), from })
    }

    fn send(&mut self, _socket: SocketId, _packet: &[u8], _to: SocketAddr) -> io::Result<()> {
        Ok(())
    }
}

/// Some stages, and the ports of their legs.
struct Theatre {
    stages: Vec<Stage<FakeIo>>,
    neighbours: Arc<[Neighbour]>,
    ports: Arc<PortPool>,
    serial: u64,
}

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Pairs that may rest on a stage.
const PARKED: usize = 1;

const FIRST: BridgeId = BridgeId(1);
const SECOND: BridgeId = BridgeId(2);

impl Theatre {
    fn new(stages: usize) -> Self {
        let neighbour = |_| Neighbour::new(Arc::new(Silent), PARKED);
        let neighbours: Arc<[Neighbour]> = (0..stages).map(neighbour).collect();
        let stage = |index| Stage::new(index, FakeIo::default(), neighbours.clone());
        Self {
            stages: (0..stages).map(stage).collect(),
            neighbours: neighbours.clone(),
            ports: Arc::new(PortPool::new(40_000..=49_999, 0).unwrap()),
            serial: 0,
        }
    }

    /// Opens a leg at `home`, which settles at once.
    fn open(&mut self, home: usize) -> (LegId, Receiver<LegEvent>) {
        let opened = self.post_open(home);
        self.settle();
        opened
    }

    /// The same, of which its home does not know yet.
    fn post_open(&mut self, home: usize) -> (LegId, Receiver<LegEvent>) {
        self.serial += 1;
        let id = LegId::new(home, self.serial);
        let site = Site { ports: self.ports.clone(), address: LOCAL, marking: Marking::default() };
        let place = match self.neighbours[home].parking.take_any(&site) {
            Some(parked) => Place::Parked(parked),
            None => Place::Fresh(PortPool::bind(&site).unwrap()),
        };
        let (sender, events) = channel();
        let events_sink = Box::new(move |event| {
            let _ = sender.send(event);
        });
        let new = NewLeg { id, place, counters: Arc::new(Counters::default()), events: events_sink };
        self.neighbours[home].legs.fetch_add(1, Relaxed);
        self.neighbours[home].mailbox.post(Message::Open(Box::new(new)));
        let settings = LegSettings::new(Some(SocketAddr::from(([127, 0, 0, 1], 9))), Codec::Pcmu);
        self.tell(id, Command::Configure(Box::new(settings)));
        (id, events)
    }

    /// As a handle does: by way of the home.
    fn tell(&self, id: LegId, command: Command) {
        self.neighbours[id.home()].mailbox.post(Message::Leg(id, command));
    }

    fn join(&self, bridge: BridgeId, first: LegId, second: LegId) {
        self.tell(first, Command::Join { bridge, peer: second, near: false });
    }

    /// One stage deals with all that has come for it.
    fn serve(&mut self, index: usize) {
        self.stages[index].serve_messages();
    }

    /// All of them do, until nothing is under way.
    fn settle(&mut self) {
        for _ in 0..20 {
            (0..self.stages.len()).for_each(|index| self.serve(index));
        }
        assert!(self.neighbours.iter().all(|n| n.mailbox.take().is_none()), "messages go round and round");
    }

    fn home_of(&self, id: LegId) -> Option<usize> {
        self.stages.iter().position(|stage| stage.places.contains_key(&id))
    }

    /// The leg that this one is bridged with.
    fn partner(&self, id: LegId) -> Option<LegId> {
        let stage = self.stages.iter().find(|stage| stage.places.contains_key(&id))?;
        let (_, peer) = stage.seats[stage.places[&id]].bridge?;
        Some(stage.seats[peer].id)
    }

    fn legs(&self) -> Vec<usize> {
        self.neighbours.iter().map(|neighbour| neighbour.legs.load(Relaxed)).collect()
    }
}

#[test]
fn a_leg_moves_to_the_one_it_is_joined_with_and_does_what_it_was_told_meanwhile() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, heard)) = (theatre.open(0), theatre.open(1));
    theatre.join(FIRST, a, b);
    theatre.serve(0);
    theatre.serve(1);
    theatre.tell(b, Command::Play(Box::new(audio::Pcm::new(8_000, vec![1; 800]).into()), 4.into()));
    theatre.tell(b, Command::StopPlaying);
    theatre.settle();
    assert_eq!((theatre.home_of(b), theatre.partner(a), theatre.partner(b)), (Some(0), Some(b), Some(a)));
    let reason = PlaybackEnd::Stopped;
    assert_eq!(heard.try_recv(), Ok(LegEvent::PlaybackEnded { token: 4.into(), reason }));
    assert_eq!(theatre.legs(), [2, 0]);
}

#[test]
fn a_ring_that_is_not_answered_ends_the_next_sleep() {
    let mut theatre = Theatre::new(1);
    for has_leg in [false, true] {
        if has_leg {
            theatre.open(0);
        }
        // A socket that is closed asks the kernel, which may tell of the ring that came with a message on that occasion.
        theatre.neighbours[0].mailbox.post(Message::Missing(LegId::new(0, 0)));
        assert!(theatre.neighbours[0].mailbox.take().is_some());
        theatre.stages[0].wait().unwrap();
        assert_eq!(theatre.stages[0].io.slept, Some(Duration::ZERO));
        theatre.stages[0].serve();
        theatre.stages[0].wait().unwrap();
        assert_ne!(theatre.stages[0].io.slept, Some(Duration::ZERO));
    }
}

#[test]
fn the_first_packet_of_a_leg_that_takes_sockets_over_is_heard() {
    let mut theatre = Theatre::new(1);
    let (former, _) = theatre.open(0);
    theatre.tell(former, Command::Close);
    theatre.settle();
    let (_, heard) = theatre.post_open(0);
    let packet = rtp::Header { ssrc: 7, ..rtp::Header::default() }.to_bytes().to_vec();
    let peer = SocketAddr::from(([127, 0, 0, 1], 9));
    theatre.stages[0].io.arrived.push_back((SocketId(0), packet, peer));
    theatre.stages[0].serve();
    assert_eq!(heard.try_recv(), Ok(LegEvent::FirstPacket { from: peer }));
}

#[test]
fn a_bridge_that_ends_while_its_leg_is_on_the_way_does_not_come_back() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, _)) = (theatre.open(0), theatre.open(1));
    theatre.join(FIRST, a, b);
    theatre.tell(a, Command::Part { bridge: FIRST });
    theatre.settle();
    assert_eq!((theatre.partner(a), theatre.partner(b)), (None, None));
}

#[test]
fn a_later_bridge_is_not_ended_by_a_leg_that_was_on_its_way_for_an_earlier_one() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, _), (c, _)) = (theatre.open(0), theatre.open(1), theatre.open(0));
    theatre.join(FIRST, a, b);
    theatre.join(SECOND, c, a);
    theatre.settle();
    assert_eq!((theatre.partner(a), theatre.partner(b)), (Some(c), None));
}

#[test]
fn a_leg_that_left_for_a_later_bridge_is_not_called_back_by_an_earlier_one() {
    let mut theatre = Theatre::new(3);
    let ((a, _), (b, _), (c, _)) = (theatre.open(0), theatre.open(1), theatre.open(2));
    theatre.join(FIRST, a, b);
    theatre.serve(0);
    theatre.join(SECOND, c, a);
    theatre.serve(2);
    theatre.serve(0);
    theatre.serve(2);
    assert_eq!(theatre.partner(a), Some(c));
    theatre.settle();
    assert_eq!((theatre.partner(a), theatre.partner(b)), (Some(c), None));
}

#[test]
fn a_later_bridge_of_a_leg_that_an_earlier_one_fetches_comes_together_again() {
    for parts_at_once in [false, true] {
        let mut theatre = Theatre::new(2);
        let ((a, _), (b, _), (d, _)) = (theatre.open(0), theatre.open(1), theatre.open(1));
        theatre.join(FIRST, a, b);
        theatre.tell(a, Command::Part { bridge: FIRST });
        theatre.join(SECOND, d, b);
        theatre.serve(0);
        if parts_at_once {
            theatre.serve(1);
            theatre.tell(d, Command::Part { bridge: SECOND });
        }
        theatre.settle();
        let together = if parts_at_once { None } else { Some(d) };
        assert_eq!((theatre.partner(a), theatre.partner(b)), (None, together));
        assert_eq!(theatre.legs().iter().sum::<usize>(), 3);
    }
}

#[test]
fn a_leg_that_is_closed_on_its_way_leaves_nothing_behind() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, _)) = (theatre.open(0), theatre.open(1));
    theatre.join(FIRST, a, b);
    theatre.serve(0);
    theatre.serve(1);
    theatre.tell(b, Command::Close);
    theatre.settle();
    assert_eq!((theatre.partner(a), theatre.home_of(b), theatre.ports.in_use()), (None, None, 1));
    assert_eq!(theatre.legs(), [1, 0]);
    assert!(theatre.stages.iter().all(|stage| stage.expected.is_empty() && stage.moved.is_empty()));
}

#[test]
fn a_leg_that_is_closed_before_it_was_asked_for_is_not_waited_for() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, _)) = (theatre.open(0), theatre.open(1));
    theatre.tell(b, Command::Close);
    theatre.join(FIRST, a, b);
    theatre.settle();
    assert!(theatre.stages.iter().all(|stage| stage.expected.is_empty()));
}

#[test]
fn a_leg_that_has_lost_its_sockets_is_not_waited_for() {
    let mut theatre = Theatre::new(2);
    let ((a, _), (b, heard)) = (theatre.open(0), theatre.open(1));
    theatre.tell(b, Command::Play(Box::new(audio::Pcm::new(8_000, vec![1; 800]).into()), 4.into()));
    theatre.settle();
    theatre.stages[1].io.sockets.clear();
    theatre.join(FIRST, a, b);
    theatre.settle();
    assert_eq!((theatre.partner(a), theatre.home_of(b), theatre.ports.in_use()), (None, None, 1));
    assert_eq!(theatre.legs(), [1, 0]);
    assert!(theatre.stages.iter().all(|stage| stage.expected.is_empty() && stage.moved.is_empty()));
    let reason = PlaybackEnd::Closed;
    assert_eq!(heard.try_recv(), Ok(LegEvent::PlaybackEnded { token: 4.into(), reason }));
}

#[test]
fn a_new_leg_takes_over_the_sockets_of_one_that_has_ended() {
    let mut theatre = Theatre::new(1);
    let ((a, _), (b, _)) = (theatre.open(0), theatre.open(0));
    let sockets = |theatre: &Theatre, leg: LegId| {
        let seat = &theatre.stages[0].seats[theatre.stages[0].places[&leg]];
        [seat.rtp.0, seat.rtcp.0]
    };
    let of_a = sockets(&theatre, a);
    theatre.tell(a, Command::Close);
    theatre.tell(b, Command::Close);
    theatre.settle();
    assert_eq!(theatre.stages[0].io.sockets.len(), 2, "there is room for one pair");
    assert_eq!(of_a.map(|socket| theatre.stages[0].io.tokens[&socket]), [OF_PARKED | 2, OF_PARKED | 3]);
    assert_eq!((theatre.ports.in_use(), theatre.legs()), (0, vec![0]));
    let (c, _) = theatre.open(0);
    let place = theatre.stages[0].places[&c] as u32;
    assert_eq!(sockets(&theatre, c), of_a);
    assert_eq!(of_a.map(|socket| theatre.stages[0].io.tokens[&socket]), [place << 1, place << 1 | 1]);
    assert_eq!(theatre.ports.in_use(), 1);
}

#[test]
fn what_comes_for_parked_sockets_reaches_nobody() {
    let mut theatre = Theatre::new(1);
    let (_, heard) = theatre.open(0);
    let from = SocketAddr::from(([127, 0, 0, 1], 9));
    theatre.stages[0].take_packet(Instant::now(), Received { token: OF_PARKED | 2, length: 172, from });
    theatre.stages[0].take_packet(Instant::now(), Received { token: OF_PARKED | 3, length: 172, from });
    assert!(heard.try_recv().is_err());
}

#[test]
fn a_leg_that_cannot_be_served_ends_and_gives_its_ports_back() {
    // Neither socket, or only the first one, is taken in where it moves to.
    for room in [2, 3] {
        let mut theatre = Theatre::new(2);
        let ((a, _), (b, heard)) = (theatre.open(0), theatre.open(1));
        theatre.tell(b, Command::Play(Box::new(audio::Pcm::new(8_000, vec![1; 800]).into()), 4.into()));
        theatre.stages[0].io.room = Some(room);
        theatre.join(FIRST, a, b);
        theatre.settle();
        theatre.tell(b, Command::StopPlaying);
        theatre.settle();
        assert_eq!((theatre.home_of(b), theatre.ports.in_use()), (None, 1));
        assert_eq!(theatre.legs(), [1, 0]);
        assert_eq!(theatre.stages[0].io.sockets.len(), 2, "no socket is kept without its leg");
        assert!(theatre.stages.iter().all(|stage| stage.expected.is_empty() && stage.moved.is_empty()));
        let reason = PlaybackEnd::Closed;
        assert_eq!(heard.try_recv(), Ok(LegEvent::PlaybackEnded { token: 4.into(), reason }));
    }
}
