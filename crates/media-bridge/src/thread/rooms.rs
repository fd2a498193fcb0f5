//! Conferences on their thread: who enters and leaves, and the turns of the wheel.
//!
//! A room stays on the thread that it was opened on. A leg that is to enter and lives elsewhere is fetched, as for a bridge;
//! its stay waits in the room until it comes. Whatever the leg is told to do later ends its stay.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use slab::Slab;

use super::leg::Seat;
use super::message::{Command, ConferenceCommand};
use super::moving::Purpose;
use super::stage::{Stage, send};
use super::wheel::Wheel;
use crate::PlaybackEnd;
use crate::conference::{Audience, MemberSettings, Newcomer, Room};
use crate::id::{BridgeId, ConferenceId, LegId};
use crate::io::PacketIo;
use crate::leg::{Content, HIGHEST_RATE, Heard, Key, LegCore, Outgoing};

/// The rooms of a thread.
pub(super) struct Rooms {
    rooms: Slab<Hosted>,
    places: HashMap<ConferenceId, usize>,
    /// When each room has its turn.
    pub(super) wheel: Wheel,
}

/// A room in its place.
struct Hosted {
    id: ConferenceId,
    room: Room,
    /// Those whose legs have not come yet.
    awaited: Vec<Awaited>,
    /// Its slot of the wheel, while it has turns.
    slot: Option<usize>,
}

/// A stay that begins when its leg is here.
struct Awaited {
    stay: BridgeId,
    leg: LegId,
    settings: MemberSettings,
}

/// A leg's stay in a room of its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) id: BridgeId,
    /// The place of the room, and the number of the leg there.
    room: usize,
    number: usize,
}

impl Rooms {
    pub(super) fn new(now: Instant) -> Self {
        Self { rooms: Slab::new(), places: HashMap::new(), wheel: Wheel::new(now) }
    }

    fn get(&mut self, stay: Stay) -> Option<&mut Room> {
        self.rooms.get_mut(stay.room).map(|hosted| &mut hosted.room)
    }

    /// Members of all rooms, and those who are on their way.
    #[cfg(test)]
    pub(super) fn people(&self) -> (usize, usize) {
        let hosted = self.rooms.iter().map(|(_, hosted)| hosted);
        hosted.fold((0, 0), |(in_it, awaited), hosted| {
            (in_it + hosted.room.places().count(), awaited + hosted.awaited.len())
        })
    }

    /// Samples a second that are worth decoding of what a member says.
    pub(super) fn wanted_rate(&self, stay: Stay) -> u32 {
        let room = self.rooms.get(stay.room).map(|hosted| &hosted.room);
        room.map_or(HIGHEST_RATE, |room| room.wanted_rate(stay.number))
    }

    /// What a member says, which was made of its jitter buffer.
    pub(super) fn hear(&mut self, stay: Stay, heard: &Heard, sound: (&[i16], u32)) {
        if let Some(room) = self.get(stay) {
            room.hear(stay.number, (heard.header.timestamp, heard.clock_rate), sound);
        }
    }

    /// On the wheel while there is somebody, off it otherwise.
    fn follow_wheel(&mut self, now: Instant, place: usize) {
        let Some(hosted) = self.rooms.get_mut(place) else { return };
        match (hosted.room.needs_turns(), hosted.slot) {
            (true, None) => hosted.slot = Some(self.wheel.join(now, place)),
            (false, Some(slot)) => {
                hosted.slot = None;
                self.wheel.leave(slot, place);
            }
            _ => {}
        }
    }
}

/// The legs of a thread, as its rooms see them.
struct Seats<'a, I> {
    now: Instant,
    seats: &'a mut Slab<Seat>,
    io: &'a mut I,
}

impl<I: PacketIo> Audience for Seats<'_, I> {
    fn leg(&mut self, place: usize) -> Option<&mut LegCore> {
        self.seats.get_mut(place).map(|seat| &mut seat.core)
    }

    fn send(&mut self, place: usize, buffer: &mut [u8], outgoing: Outgoing) {
        if let Some(seat) = self.seats.get_mut(place) {
            send(self.now, self.io, seat, buffer, outgoing);
        }
    }
}

impl<I: PacketIo> Stage<I> {
    /// The rooms whose turn it is send their members what they hear.
    pub(super) fn serve_rooms(&mut self, now: Instant) {
        while let Some(slot) = self.rooms.wheel.due(now) {
            for nth in (0..self.rooms.wheel.legs_in(slot)).rev() {
                let Some(place) = self.rooms.wheel.leg(slot, nth) else { continue };
                let Some(hosted) = self.rooms.rooms.get_mut(place) else { continue };
                let mut audience = Seats { now, seats: &mut self.seats, io: &mut self.io };
                hosted.room.turn(now, &mut audience, &mut self.buffer[..]);
                self.rooms.follow_wheel(now, place);
            }
        }
    }

    /// Carries out a command of a room's owner. A room that is gone has nobody whom it could concern.
    pub(super) fn command_conference(&mut self, now: Instant, id: ConferenceId, command: ConferenceCommand) {
        if let ConferenceCommand::Open(config) = command {
            let hosted = Hosted { id, room: Room::new(*config), awaited: Vec::new(), slot: None };
            let place = self.rooms.rooms.insert(hosted);
            self.rooms.places.insert(id, place);
            return;
        }
        let Some(&place) = self.rooms.places.get(&id) else { return };
        let Some(hosted) = self.rooms.rooms.get_mut(place) else { return };
        match command {
            ConferenceCommand::Open(_) => {}
            ConferenceCommand::Enter { stay, leg, settings } => {
                hosted.awaited.push(Awaited { stay, leg, settings: *settings });
                self.call_in(now, id, stay);
            }
            ConferenceCommand::Change { stay, settings } => {
                if let Some(awaited) = hosted.awaited.iter_mut().find(|awaited| awaited.stay == stay) {
                    awaited.settings = *settings;
                } else if let Some(number) = hosted.room.number_of(stay) {
                    hosted.room.change(number, *settings);
                }
            }
            ConferenceCommand::Leave { stay } => {
                let awaited = hosted.awaited.iter().position(|awaited| awaited.stay == stay);
                let awaited = awaited.map(|at| hosted.awaited.swap_remove(at));
                let number = hosted.room.number_of(stay);
                let seat = number.and_then(|number| hosted.room.places().find(|(other, _)| *other == number));
                if let Some((_, seat)) = seat {
                    self.end(seat, stay);
                } else if let Some(Awaited { leg, .. }) = awaited {
                    // It may not know yet that it was to come.
                    self.command(now, leg, Command::Part { bridge: stay });
                }
            }
            ConferenceCommand::Play(playback, token) => hosted.room.play(*playback, token),
            ConferenceCommand::StopPlaying => hosted.room.stop_playing(PlaybackEnd::Stopped),
            ConferenceCommand::Tap(end, rate) => hosted.room.tap(*end, rate),
            ConferenceCommand::Close => return self.close_room(now, place),
        }
        self.rooms.follow_wheel(now, place);
    }

    /// Lets somebody in who is awaited, as soon as the leg is here.
    pub(super) fn call_in(&mut self, now: Instant, id: ConferenceId, stay: BridgeId) {
        let Some(&room) = self.rooms.places.get(&id) else { return };
        let Some(hosted) = self.rooms.rooms.get_mut(room) else { return };
        let Some(at) = hosted.awaited.iter().position(|awaited| awaited.stay == stay) else { return };
        let leg = hosted.awaited[at].leg;
        let Some(&place) = self.places.get(&leg) else {
            return self.fetch(leg, Purpose::Conference { room: id, stay });
        };
        let Awaited { stay, leg, settings } = hosted.awaited.swap_remove(at);
        if self.seats.get(place).is_none_or(|seat| seat.since > stay) {
            return;
        }
        self.begin(place, stay);
        let (Some(seat), Some(hosted)) = (self.seats.get_mut(place), self.rooms.rooms.get_mut(room)) else {
            return;
        };
        seat.core.splice();
        let number = hosted.room.enter(Newcomer { stay, leg, place, settings }, seat.core.tuning());
        seat.stay = Some(Stay { id: stay, room, number });
        self.rooms.follow_wheel(now, room);
        self.follow_wheel(now, place);
    }

    /// A leg that was asked for does not come.
    pub(super) fn await_no_more(&mut self, room: ConferenceId, stay: BridgeId) {
        let hosted = self.rooms.places.get(&room).and_then(|place| self.rooms.rooms.get_mut(*place));
        if let Some(hosted) = hosted {
            hosted.awaited.retain(|awaited| awaited.stay != stay);
        }
    }

    /// A leg is a member no more, if it was one.
    pub(super) fn leave_room(&mut self, now: Instant, place: usize) -> Option<Newcomer> {
        let seat = self.seats.get_mut(place)?;
        let stay = seat.stay.take()?;
        seat.core.splice();
        let member = self.rooms.get(stay)?.leave(stay.number);
        self.rooms.follow_wheel(now, stay.room);
        member
    }

    /// A leg leaves that is called away for something earlier: its stay waits for it to come back. Says which room that is.
    pub(super) fn leave_room_to_return(&mut self, now: Instant, place: usize) -> Option<ConferenceId> {
        let room = self.seats.get(place)?.stay?.room;
        let Newcomer { stay, leg, settings, .. } = self.leave_room(now, place)?;
        let hosted = self.rooms.rooms.get_mut(room)?;
        hosted.awaited.push(Awaited { stay, leg, settings });
        Some(hosted.id)
    }

    fn close_room(&mut self, now: Instant, place: usize) {
        let Some(hosted) = self.rooms.rooms.get_mut(place) else { return };
        hosted.room.stop_playing(PlaybackEnd::Closed);
        let seats: Vec<usize> = hosted.room.places().map(|(_, seat)| seat).collect();
        for seat in seats {
            self.leave_room(now, seat);
        }
        self.rooms.follow_wheel(now, place);
        let hosted = self.rooms.rooms.remove(place);
        self.rooms.places.remove(&hosted.id);
        for Awaited { stay, leg, .. } in hosted.awaited {
            self.command(now, leg, Command::Part { bridge: stay });
        }
        if let Some(own) = self.neighbours.get(self.index) {
            own.rooms.fetch_sub(1, Relaxed);
        }
    }

    /// What a member says goes to its room, and keys that are for others to them.
    pub(super) fn hear_for_room(
        &mut self,
        now: Instant,
        (place, stay): (usize, Stay),
        heard: &Heard,
        length: usize,
    ) {
        let wanted = self.wanted_rate(place);
        let Some(room) = self.rooms.get(stay) else { return };
        let Some(seat) = self.seats.get_mut(place) else { return };
        match &heard.content {
            Content::Audio(..) => {
                let listens = seat.core.listens(heard);
                if !listens && !room.listens_to(stay.number) {
                    return;
                }
                let Some(packet) = self.buffer.get(..length) else { return };
                let Some(sound) = seat.core.decode(heard, packet, wanted, &mut self.sound[..]) else {
                    return;
                };
                if listens {
                    // Those whom its keys concern hear them in the sound.
                    seat.core.listen(sound);
                }
                let (length, rate) = (sound.0.len(), sound.1);
                let Some(sound) = self.sound.get_mut(..length) else { return };
                seat.core.shape_heard(sound, rate);
                room.hear(stay.number, (heard.header.timestamp, heard.clock_rate), (&*sound, rate));
            }
            Content::Event { keys, .. } => self.pass_keys(now, stay, keys),
            // A pause is silence here: the noise of many would add up.
            Content::Noise(_) | Content::Passed(..) | Content::Unheard => {}
        }
    }

    /// Keys of a member are pressed for all others, where that is wanted.
    fn pass_keys(&mut self, now: Instant, stay: Stay, keys: &[Option<Key>]) {
        let Some(room) = self.rooms.get(stay).filter(|room| room.passes_keys(stay.number)) else { return };
        let others: Vec<usize> =
            room.places().filter(|(number, _)| *number != stay.number).map(|(_, place)| place).collect();
        for place in others {
            if let Some(seat) = self.seats.get_mut(place) {
                seat.core.press_keys(now, keys);
            }
            self.follow_wheel(now, place);
        }
    }
}
