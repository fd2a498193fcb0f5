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

use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::leg::{Luggage, Seat};
use super::message::{Command, ConferenceCommand, Message};
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
    /// To be joined with a leg that is here.
    Bridge { partner: LegId, bridge: BridgeId },
    /// To take part in a conference that is here.
    Conference { room: ConferenceId, stay: BridgeId },
}

/// What a leg has left because something earlier called for it, and what it comes back to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Later {
    /// The bridge with that leg.
    Bridge(BridgeId, LegId),
    /// Its stay in that conference.
    Conference(BridgeId, ConferenceId),
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
            expected.purpose = purpose;
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

    /// Packs a leg and sends it to another thread.
    pub(super) fn hand_over(&mut self, now: Instant, place: usize, to: usize, bridge: BridgeId) {
        if to == self.index || to >= self.neighbours.len() {
            return;
        }
        let later = self.leave_for_earlier(now, place, bridge);
        let Some(seat) = self.seats.try_remove(place) else { return };
        let Seat { id, core, rtp, rtcp, lease, slot, .. } = seat;
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
        let (Some(rtp), Some(rtcp)) = (self.io.remove(rtp), self.io.remove(rtcp)) else { return };
        if let Some(neighbour) = self.neighbours.get(to) {
            neighbour.legs.fetch_add(1, Relaxed);
        }
        self.tell(to, Message::Adopt(Box::new(Luggage { id, core, rtp, rtcp, lease, later })));
    }

    /// Ends the bridge of a leg that is fetched for `bridge`. If that is the earlier one, it was ended meanwhile and the
    /// fetch was on its way: then the other leg goes on to wait, and is told when this one has arrived.
    fn leave_for_earlier(&mut self, now: Instant, place: usize, bridge: BridgeId) -> Option<Later> {
        let Seat { bridge: current, stay, .. } = *self.seats.get(place)?;
        if let Some(stay) = stay.filter(|stay| stay.id > bridge) {
            let room = self.leave_room_to_return(now, place)?;
            return Some(Later::Conference(stay.id, room));
        }
        self.part(place, None);
        let (later, peer) = current.filter(|(current, _)| *current > bridge)?;
        let peer = self.seats.get_mut(peer)?;
        peer.awaits = Some(later);
        Some(Later::Bridge(later, peer.id))
    }

    /// A leg arrives: it is joined as was asked, and does what it was told meanwhile.
    pub(super) fn adopt(&mut self, now: Instant, luggage: Luggage) {
        let Luggage { id, core, rtp, rtcp, lease, later } = luggage;
        let Some(place) = self.seat(id, core, rtp, rtcp, lease) else { return self.expect_no_more(id) };
        self.moved.remove(&id);
        self.follow_wheel(now, place);
        match later {
            Some(Later::Bridge(bridge, peer)) => {
                self.tell(peer.home(), Message::Leg(peer, Command::Rejoin { bridge, peer: id }));
            }
            Some(Later::Conference(stay, room)) => {
                self.tell(room.home, Message::Conference(room, ConferenceCommand::Reenter { stay }));
            }
            None => {}
        }
        let Some(Expected { purpose, waiting }) = self.expected.remove(&id) else { return };
        match purpose {
            Purpose::Bridge { partner, bridge } => self.join_arrived(now, partner, bridge, id),
            Purpose::Conference { room, stay } => self.call_in(now, room, stay),
        }
        for command in waiting {
            self.command(now, id, command);
        }
    }

    /// Joins a leg that has come with the one that asked for it, unless that one was told meanwhile to end the bridge, or to
    /// join another one.
    fn join_arrived(&mut self, now: Instant, partner: LegId, bridge: BridgeId, id: LegId) {
        let waits = |place: &usize| self.seats.get(*place).is_some_and(|seat| seat.awaits == Some(bridge));
        if let Some(partner) = self.places.get(&partner).copied().filter(waits) {
            self.join(now, partner, bridge, id);
        }
    }

    /// A leg that was asked for does not come.
    pub(super) fn expect_no_more(&mut self, id: LegId) {
        let Some(Expected { purpose, .. }) = self.expected.remove(&id) else { return };
        match purpose {
            Purpose::Bridge { partner, bridge } => {
                if let Some(&partner) = self.places.get(&partner) {
                    self.part(partner, Some(bridge));
                }
            }
            Purpose::Conference { room, stay } => self.await_no_more(room, stay),
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
