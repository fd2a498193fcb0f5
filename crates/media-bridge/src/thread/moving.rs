//! Legs that move to another thread, so that both legs of a bridge, and all of a conference, are served by one.
//!
//! A leg is named by its home, the thread that it was opened on. Commands go there first; the home passes them on when
//! the leg lives elsewhere. Messages from one thread to another keep their order, so a leg and its commands never
//! overtake each other: the thread that fetches a leg keeps the commands that come before it.
//!
//! ```text
//!  wants it            home                  has it
//!     | --- Fetch{to} --> | --- Fetch{to} ----> |
//!     | <------------------------ Adopt(leg) -- |      (Missing, when it was closed)
//!     | <-- later commands |
//! ```
//!
//! What is said of different legs, and of conferences, keeps no order: a leg may be fetched for a bridge that is over. Bridges and
//! stays are numbered as they were begun, and a leg remembers since which of them all earlier ones are over ([`Seat::since`]).
//! It goes wherever it is fetched, so that commands find it; but if it is in something later, the thread that it leaves fetches it back.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::leg::{Luggage, Seat};
use super::message::{Command, Message};
use super::stage::Stage;
use crate::id::{BridgeId, ConferenceId, LegId};
use crate::io::PacketIo;

/// A leg that was asked for.
pub(super) struct Expected {
    purpose: Purpose,
    /// Commands that came before it.
    pub(super) waiting: Vec<Command>,
}

/// What a leg is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// To be joined with a leg that is here, or expected for the same.
    Bridge { partner: LegId, bridge: BridgeId },
    /// To take part in a conference that is here.
    Conference { room: ConferenceId, stay: BridgeId },
}

impl Purpose {
    fn bridge(self) -> BridgeId {
        match self {
            Self::Bridge { bridge, .. } => bridge,
            Self::Conference { stay, .. } => stay,
        }
    }
}

impl<I: PacketIo> Stage<I> {
    /// Asks for a leg of another thread.
    pub(super) fn fetch(&mut self, wanted: LegId, purpose: Purpose) {
        if let Some(expected) = self.expected.get_mut(&wanted) {
            if purpose.bridge() > expected.purpose.bridge() {
                expected.purpose = purpose;
            }
            return;
        }
        self.expected.insert(wanted, Expected { purpose, waiting: Vec::new() });
        let fetch = Command::Fetch { to: self.index, bridge: purpose.bridge() };
        if wanted.home() == self.index {
            self.pass_on(wanted, fetch);
        } else {
            self.tell(wanted.home(), Message::Leg(wanted, fetch));
        }
    }

    /// A command for a leg that is not here: the home knows where it is, or that it is gone.
    pub(super) fn pass_on(&mut self, id: LegId, command: Command) {
        let at_home = id.home() == self.index;
        match (at_home, self.moved.get(&id).copied()) {
            (true, Some(thread)) => {
                if let Command::Fetch { to, .. } = command {
                    self.moved.insert(id, to);
                }
                self.tell(thread, Message::Leg(id, command));
            }
            (true, None) => {
                if let Command::Fetch { to, .. } = command {
                    self.tell(to, Message::Missing(id));
                }
            }
            // It left while the command was on its way here; its home knows more.
            (false, _) => self.tell(id.home(), Message::Leg(id, command)),
        }
    }

    /// Packs a leg and sends it to another thread, for a bridge or a stay there.
    pub(super) fn hand_over(&mut self, now: Instant, place: usize, to: usize, bridge: BridgeId) {
        if to == self.index || to >= self.neighbours.len() {
            return;
        }
        let interrupted = self.leave_for(now, place, bridge);
        let Some(seat) = self.seats.try_remove(place) else { return };
        let Seat { id, mut core, rtp, rtcp, lease, slot, since, .. } = seat;
        if let Some(slot) = slot {
            self.wheel.leave(slot, place);
        }
        self.places.remove(&id);
        if let Some(own) = self.neighbours.get(self.index) {
            own.legs.fetch_sub(1, Relaxed);
        }
        if id.home() == self.index {
            self.moved.insert(id, to);
        }
        let (Some(rtp), Some(rtcp)) = (self.io.remove(rtp), self.io.remove(rtcp)) else {
            // Without its sockets it is no leg any more, and nobody is to wait for it.
            core.close();
            self.forget_at_home(id);
            return self.tell(to, Message::Missing(id));
        };
        if let Some(neighbour) = self.neighbours.get(to) {
            neighbour.legs.fetch_add(1, Relaxed);
        }
        self.tell(to, Message::Adopt(Box::new(Luggage { id, core, rtp, rtcp, lease, since })));
        if let Some(interrupted) = interrupted {
            self.fetch(id, interrupted);
        }
    }

    /// A leg leaves whatever it is in. If that is later than what it is fetched for, it is to come back to it: says what for.
    fn leave_for(&mut self, now: Instant, place: usize, bridge: BridgeId) -> Option<Purpose> {
        let Seat { id, since, bridge: current, awaits, stay, .. } = *self.seats.get(place)?;
        if since <= bridge {
            self.begin(place, bridge);
            return None;
        }
        if let Some(stay) = stay {
            let room = self.leave_room_to_return(now, place)?;
            return Some(Purpose::Conference { room, stay: stay.id });
        }
        self.part(place);
        let Some((bridge, peer)) = current else {
            return awaits.map(|(bridge, partner)| Purpose::Bridge { partner, bridge });
        };
        let peer = self.seats.get_mut(peer)?;
        peer.awaits = Some((bridge, id));
        Some(Purpose::Bridge { partner: peer.id, bridge })
    }

    /// A leg arrives: it is joined as was asked, and does what it was told meanwhile.
    pub(super) fn adopt(&mut self, now: Instant, luggage: Luggage) {
        let Luggage { id, core, rtp, rtcp, lease, since } = luggage;
        let Some(place) = self.seat(id, core, rtp, rtcp, lease) else { return self.expect_no_more(id) };
        if let Some(seat) = self.seats.get_mut(place) {
            seat.since = since;
        }
        self.moved.remove(&id);
        self.follow_wheel(now, place);
        let Some(Expected { purpose, waiting }) = self.expected.remove(&id) else { return };
        match purpose {
            Purpose::Bridge { partner, bridge } => self.meet(now, place, bridge, partner),
            Purpose::Conference { room, stay } => self.call_in(now, room, stay),
        }
        for command in waiting {
            self.command(now, id, command);
        }
    }

    /// Joins a leg that has come with the one that asked for it, unless either of them does something later, or has been told
    /// that the bridge is over.
    fn meet(&mut self, now: Instant, place: usize, bridge: BridgeId, partner: LegId) {
        let is_expected = self.expected.get(&partner).is_some_and(|other| other.purpose.bridge() == bridge);
        if self.seats.get(place).is_none_or(|seat| seat.since > bridge) {
            return;
        }
        if self.places.contains_key(&partner) {
            return self.join(now, place, bridge, partner);
        }
        self.begin(place, bridge);
        if let Some(seat) = self.seats.get_mut(place).filter(|_| is_expected) {
            seat.awaits = Some((bridge, partner));
        }
    }

    /// A leg that was asked for does not come.
    pub(super) fn expect_no_more(&mut self, id: LegId) {
        let Some(Expected { purpose, waiting }) = self.expected.remove(&id) else { return };
        match purpose {
            Purpose::Bridge { partner, bridge } => {
                let partner = self.places.get(&partner).and_then(|&partner| self.seats.get_mut(partner));
                if let Some(partner) = partner {
                    partner.awaits = partner.awaits.filter(|(awaited, _)| *awaited != bridge);
                }
            }
            Purpose::Conference { room, stay } => self.await_no_more(room, stay),
        }
        // Other threads that asked for it are to hear of it as well.
        for fetch in waiting.into_iter().filter(|command| matches!(command, Command::Fetch { .. })) {
            self.pass_on(id, fetch);
        }
    }

    /// A leg that ended away from home: its home need not pass anything on any more.
    pub(super) fn forget_at_home(&mut self, id: LegId) {
        if id.home() == self.index {
            self.moved.remove(&id);
        } else {
            self.tell(id.home(), Message::Gone(id));
        }
    }

    pub(super) fn tell(&self, thread: usize, message: Message) {
        if let Some(neighbour) = self.neighbours.get(thread) {
            neighbour.mailbox.post(message);
        }
    }
}
