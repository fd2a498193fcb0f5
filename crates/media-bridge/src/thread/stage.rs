//! One media thread: waits for packets, commands and time, and serves the legs that it owns.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use slab::Slab;

use super::Neighbour;
use super::leg::{NewLeg, Place, Seat};
use super::message::{Command, Message};
use super::moving::{Expected, Purpose};
use super::paced::Clock;
use super::rooms::Rooms;
use super::round::Round;
use super::seeds::Seeds;
use super::wheel::Wheel;
use crate::codec::MOST_SAMPLES;
use crate::id::{BridgeId, LegId};
use crate::io::{MAX_DATAGRAM, PacketIo, SocketId};
use crate::leg::{Key, LegCore, Outgoing};
use crate::ports::Lease;

/// Messages dealt with before packets are looked at again.
const MESSAGES_AT_A_TIME: usize = 256;

/// The state of one media thread.
pub(super) struct Stage<I> {
    pub(super) clock: Clock,
    pub(super) index: usize,
    pub(super) io: I,
    pub(super) neighbours: Arc<[Neighbour]>,
    pub(super) seats: Slab<Seat>,
    pub(super) places: HashMap<LegId, usize>,
    /// Legs whose home is here and that live on another thread now.
    pub(super) moved: HashMap<LegId, usize>,
    /// Legs that were asked for and have not come yet.
    pub(super) expected: HashMap<LegId, Expected>,
    pub(super) wheel: Wheel,
    pub(super) rooms: Rooms,
    /// The name of the pair of sockets that was parked last.
    pub(super) parked: u32,
    round: Round,
    seeds: Seeds,
    pub(super) buffer: Box<[u8; MAX_DATAGRAM]>,
    /// What a packet sounds like, where it is decoded.
    pub(super) sound: Box<[i16; MOST_SAMPLES]>,
}

impl<I: PacketIo> Stage<I> {
    pub(super) fn new(index: usize, io: I, neighbours: Arc<[Neighbour]>) -> Self {
        Self::by_clock(Clock::System, index, io, neighbours)
    }

    pub(super) fn by_clock(clock: Clock, index: usize, io: I, neighbours: Arc<[Neighbour]>) -> Self {
        let now = clock.now();
        Self {
            clock,
            index,
            io,
            neighbours,
            seats: Slab::new(),
            places: HashMap::new(),
            moved: HashMap::new(),
            expected: HashMap::new(),
            wheel: Wheel::new(now),
            rooms: Rooms::new(now),
            parked: 0,
            round: Round::new(now),
            seeds: Seeds::default(),
            buffer: Box::new([0; MAX_DATAGRAM]),
            sound: Box::new([0; MOST_SAMPLES]),
        }
    }

    /// Serves until it is told to stop.
    pub(super) fn run(mut self) {
        while !self.mailbox_stopped() {
            if let Err(error) = self.wait() {
                tracing::error!(thread = self.index, %error, "a media thread cannot wait for packets and ends");
                break;
            }
            self.serve();
        }
        self.leave();
    }

    /// Does what is to be done. Messages come before packets: those that need not wake the thread, as that of a new leg or of
    /// two that are joined, may have waited for the packet that did, and say whose it is.
    pub(super) fn serve(&mut self) {
        self.serve_messages();
        self.serve_packets();
        self.serve_time();
    }

    /// Ends all legs.
    pub(super) fn leave(&mut self) {
        if let Some(own) = self.neighbours.get(self.index) {
            own.mailbox.close();
        }
        for place in self.seats.iter().map(|(place, _)| place).collect::<Vec<_>>() {
            self.close(place);
        }
    }

    pub(super) fn mailbox_stopped(&self) -> bool {
        self.neighbours.get(self.index).is_none_or(|own| own.mailbox.is_stopped())
    }

    /// Sleeps until something is to do.
    fn wait(&mut self) -> std::io::Result<()> {
        let own = self.neighbours.get(self.index).map(|own| &own.mailbox);
        match (self.timeout(self.clock.now()), own) {
            (None, Some(own)) if own.fall_asleep() => {
                let slept = self.io.wait(None);
                own.awake();
                slept
            }
            (None, Some(_)) => self.io.wait(Some(Duration::ZERO)),
            (Some(_), Some(own)) if own.has_rung() => self.io.wait(Some(Duration::ZERO)),
            (timeout, _) => self.io.wait(timeout),
        }
    }

    pub(super) fn timeout(&self, now: Instant) -> Option<Duration> {
        let attends = !self.seats.is_empty() || self.has_parked();
        let turns = [self.wheel.deadline(), self.rooms.wheel.deadline()];
        let deadlines = turns.into_iter().chain([attends.then(|| self.round.deadline())]);
        let soonest = deadlines.flatten().min()?;
        Some(soonest.saturating_duration_since(now))
    }

    pub(super) fn serve_packets(&mut self) {
        // One wait finds a bounded number of packets, which came in the same moment.
        let now = self.clock.now();
        while let Some(received) = self.io.receive(&mut self.buffer) {
            self.take_packet(now, received);
        }
        while let Some(token) = self.io.refused() {
            if let Some(seat) = self.seats.get((token >> 1) as usize) {
                seat.core.count_send_error();
            }
        }
    }

    pub(super) fn serve_messages(&mut self) {
        if !self.neighbours.get(self.index).is_some_and(|own| own.mailbox.answer_bell()) {
            return;
        }
        let neighbours = self.neighbours.clone();
        let Some(own) = neighbours.get(self.index) else { return };
        for _ in 0..MESSAGES_AT_A_TIME {
            let Some(message) = own.mailbox.take() else { return };
            self.take_message(message);
        }
        // The rest waits for the next turn, which comes at once.
        own.mailbox.ring();
    }

    fn take_message(&mut self, message: Message) {
        let now = self.clock.now();
        match message {
            Message::Open(new) => self.open(now, *new),
            Message::Leg(id, command) => self.command(now, id, command),
            Message::Conference(id, command) => self.command_conference(now, id, command),
            Message::Adopt(luggage) => self.adopt(now, *luggage),
            Message::Missing(id) => self.expect_no_more(id),
            Message::Gone(id) => {
                self.moved.remove(&id);
                // Its home may have asked for it when it did not know yet.
                self.expect_no_more(id);
            }
        }
    }

    pub(super) fn serve_time(&mut self) {
        let now = self.clock.now();
        while let Some(slot) = self.wheel.due(now) {
            for nth in (0..self.wheel.legs_in(slot)).rev() {
                if let Some(place) = self.wheel.leg(slot, nth) {
                    self.make_packets(now, place);
                }
            }
        }
        self.serve_rooms(now);
        if self.round.is_due(now) {
            self.close_stale(now);
            for place in self.round.take_step(now, self.highest_place()) {
                self.attend(now, place);
            }
        }
    }

    /// One more than the highest place that was ever taken; the round goes over them all.
    fn highest_place(&self) -> usize {
        self.seats.iter().next_back().map_or(0, |(place, _)| place + 1)
    }

    /// Sends what a leg owes its peer after one more tick.
    fn make_packets(&mut self, now: Instant, place: usize) {
        if self.seats.get(place).is_some_and(|seat| seat.core.plays_out()) {
            self.play_out(now, place);
        }
        let Some(seat) = self.seats.get_mut(place) else { return };
        seat.core.tick();
        while let Some(outgoing) = seat.core.next_packet(now, &mut self.buffer[..]) {
            send(now, &mut self.io, seat, &mut self.buffer[..], outgoing);
        }
        if !seat.core.needs_wheel()
            && let Some(slot) = seat.slot.take()
        {
            self.wheel.leave(slot, place);
        }
    }

    /// Silence, lost keys and reports: about once a second for each leg.
    fn attend(&mut self, now: Instant, place: usize) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        let released = seat.core.attend(now);
        if let Some(report) = seat.core.report(now, &mut self.buffer[..]) {
            send_control(&mut self.io, seat, &mut self.buffer[..], report);
        }
        if let Some(packet) = seat.core.keep_alive(now, &mut self.buffer[..]) {
            send(now, &mut self.io, seat, &mut self.buffer[..], packet);
        }
        let peer = seat.bridge.map(|(_, peer)| peer);
        if let (Some(Key::Up(lasted)), Some(peer)) = (released, peer) {
            if let Some(peer) = self.seats.get_mut(peer) {
                peer.core.release_keys(now, lasted);
            }
            self.follow_wheel(now, peer);
        }
    }

    fn open(&mut self, now: Instant, new: NewLeg) {
        let NewLeg { id, place, counters, events } = new;
        let core = LegCore::new(now, self.seeds.next(id), counters, events);
        match place {
            Place::Fresh(pair) => {
                self.seat(id, core, pair.rtp, pair.rtcp, pair.lease);
            }
            Place::Parked(pair) => self.seat_parked(id, core, pair),
        }
    }

    /// Gives a leg a place, and its sockets to the loop. A leg that cannot be served is closed.
    pub(super) fn seat(
        &mut self,
        id: LegId,
        mut core: LegCore,
        rtp: UdpSocket,
        rtcp: UdpSocket,
        lease: Lease,
    ) -> Option<usize> {
        let entry = self.seats.vacant_entry();
        let place = entry.key();
        // Places are few: a leg has two ports, of which there are 65,536.
        let token = u32::try_from(place).ok()? << 1;
        let (rtp, rtcp) = match add_both(&mut self.io, rtp, rtcp, token) {
            Ok(sockets) => sockets,
            Err(error) => {
                tracing::error!(leg = %id, %error, "a media leg cannot be served and ends");
                core.close();
                self.gone(id);
                return None;
            }
        };
        entry.insert(Seat::new(id, core, rtp, rtcp, lease));
        self.places.insert(id, place);
        Some(place)
    }

    /// Carries out a command, or passes it on to where the leg is now.
    pub(super) fn command(&mut self, now: Instant, id: LegId, command: Command) {
        if matches!(command, Command::Fetch { .. }) {
            // What has come for a leg that goes away would stay behind.
            self.serve_packets();
        }
        if let Some(&place) = self.places.get(&id) {
            return self.obey(now, place, command);
        }
        if let Some(expected) = self.expected.get_mut(&id) {
            return expected.waiting.push(command);
        }
        self.pass_on(id, command);
    }

    fn obey(&mut self, now: Instant, place: usize, command: Command) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        let core = &mut seat.core;
        match command {
            Command::Begin(settings) | Command::Configure(settings) => core.configure(now, *settings),
            Command::Pass(passing) => core.configure_passage(now, passing.0, passing.1),
            Command::Protect(keys) => core.protect(keys.map(|keys| *keys)),
            Command::Play(list, token) => core.play(*list, token),
            Command::Listen(listener, token) => core.tune_in(*listener, token),
            Command::PlayTone(tone) => core.play_tone(*tone),
            Command::StopPlaying => core.stop_playing(),
            Command::Echo(on) => core.set_echo(on),
            Command::SendDigit(digit, duration) => core.send_digit(digit, duration),
            Command::SetJitterBuffer(wanted) => core.set_jitter_buffer(wanted),
            Command::JudgeAnswerer(wanted) => core.judge_answerer(wanted.map(|settings| *settings)),
            Command::HearDigit(digit, duration) => return self.hear_digit(now, place, digit, duration),
            Command::Join { bridge, peer, .. } => return self.join(now, place, bridge, peer),
            Command::Part { bridge } => return self.end(place, bridge),
            Command::Tap(end) => return core.add_tap(*end),
            Command::Shape(side, effects) => core.shape(now, side, *effects),
            Command::Omit(side, omitted) => core.omit(side, omitted),
            Command::LayOver(voice) => core.lay_over(now, *voice),
            Command::Overhear(heard) => core.overhear(*heard),
            Command::Fetch { to, bridge } => return self.hand_over(now, place, to, bridge),
            Command::Close => return self.close(place),
        }
        self.follow_wheel(now, place);
    }

    /// On the wheel while it makes packets, off it otherwise.
    pub(super) fn follow_wheel(&mut self, now: Instant, place: usize) {
        let Some(seat) = self.seats.get_mut(place) else { return };
        match (seat.core.needs_wheel(), seat.slot) {
            (true, None) => seat.slot = Some(self.wheel.join(now, place)),
            (false, Some(slot)) => {
                seat.slot = None;
                self.wheel.leave(slot, place);
            }
            _ => {}
        }
    }

    /// Joins two legs of this thread; fetches the other one first if it lives elsewhere.
    pub(super) fn join(&mut self, now: Instant, place: usize, bridge: BridgeId, peer: LegId) {
        let Some(seat) = self.seats.get(place) else { return };
        let id = seat.id;
        if seat.since > bridge {
            // It does something later by now. For the other one the bridge has begun all the same, and is over.
            return self.command(now, peer, Command::Part { bridge });
        }
        self.begin(place, bridge);
        let Some(&peer_place) = self.places.get(&peer) else {
            if let Some(seat) = self.seats.get_mut(place) {
                seat.awaits = Some((bridge, peer));
            }
            return self.fetch(peer, Purpose::Bridge { partner: id, bridge });
        };
        if peer_place == place || self.seats.get(peer_place).is_none_or(|peer| peer.since > bridge) {
            return;
        }
        self.begin(peer_place, bridge);
        for (one, other) in [(place, peer_place), (peer_place, place)] {
            if let Some(seat) = self.seats.get_mut(one) {
                seat.bridge = Some((bridge, other));
                seat.core.splice();
            }
            self.follow_wheel(now, one);
        }
    }

    /// A leg turns to a bridge or a conference, and what it was in is over.
    pub(super) fn begin(&mut self, place: usize, bridge: BridgeId) {
        self.part(place);
        if let Some(seat) = self.seats.get_mut(place) {
            seat.since = bridge;
        }
    }

    /// Ends a bridge or a stay of a leg, and all that is earlier, whether it has begun or not.
    pub(super) fn end(&mut self, place: usize, bridge: BridgeId) {
        if self.seats.get(place).is_some_and(|seat| seat.since <= bridge) {
            self.begin(place, bridge.next());
        }
    }

    /// Takes a leg out of the bridge or the conference that it is in or waits for.
    pub(super) fn part(&mut self, place: usize) {
        let now = self.clock.now();
        self.leave_room(now, place);
        let Some(seat) = self.seats.get_mut(place) else { return };
        seat.awaits = None;
        let Some((_, peer)) = seat.bridge else { return };
        for one in [place, peer] {
            if let Some(seat) = self.seats.get_mut(one) {
                seat.bridge = None;
                seat.core.splice();
            }
            self.follow_wheel(now, one);
        }
    }

    /// Ends a leg: says goodbye, and gives its sockets and ports back.
    fn close(&mut self, place: usize) {
        let now = self.clock.now();
        self.part(place);
        let Some(mut seat) = self.seats.try_remove(place) else { return };
        if let Some(goodbye) = seat.core.goodbye(now, &mut self.buffer[..]) {
            send_control(&mut self.io, &mut seat, &mut self.buffer[..], goodbye);
            self.io.flush();
        }
        seat.core.close();
        if let Some(slot) = seat.slot {
            self.wheel.leave(slot, place);
        }
        self.places.remove(&seat.id);
        self.park(seat.rtp, seat.rtcp, seat.lease, now);
        self.gone(seat.id);
    }

    /// A leg is here no more, and nowhere else.
    fn gone(&mut self, id: LegId) {
        self.forget_at_home(id);
        if let Some(own) = self.neighbours.get(self.index) {
            own.legs.fetch_sub(1, Relaxed);
        }
    }
}

/// Gives both sockets of a leg to the loop, or none.
fn add_both<I: PacketIo>(
    io: &mut I,
    rtp: UdpSocket,
    rtcp: UdpSocket,
    token: u32,
) -> std::io::Result<(SocketId, SocketId)> {
    let rtp = io.add(rtp, token)?;
    match io.add(rtcp, token | 1) {
        Ok(rtcp) => Ok((rtp, rtcp)),
        Err(error) => {
            drop(io.remove(rtp));
            Err(error)
        }
    }
}

/// Sends a packet of a leg that stands at the start of `buffer`, behind which is room for what protects it.
pub(super) fn send<I: PacketIo>(
    now: Instant,
    io: &mut I,
    seat: &mut Seat,
    buffer: &mut [u8],
    outgoing: Outgoing,
) {
    if seat.core.is_tapped() {
        seat.core.tap_sent(now, buffer.get(..outgoing.length).unwrap_or_default());
    }
    let outgoing = seat.core.with_redundancy(buffer, outgoing);
    let Some(packet) = seat.core.protected(buffer, outgoing.length) else { return };
    if io.send(seat.rtp, packet, outgoing.to).is_err() {
        seat.core.count_send_error();
    }
}

/// The same for RTCP.
pub(super) fn send_control<I: PacketIo>(io: &mut I, seat: &mut Seat, buffer: &mut [u8], outgoing: Outgoing) {
    let Some(packet) = seat.core.protected(buffer, outgoing.length) else { return };
    let socket = if seat.core.muxes_rtcp() { seat.rtp } else { seat.rtcp };
    if io.send(socket, packet, outgoing.to).is_err() {
        seat.core.count_send_error();
    }
}

#[cfg(test)]
mod tests;
