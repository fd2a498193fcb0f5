//! Legs that move to another thread, so that both legs of a bridge are served by one.
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
use super::message::{Command, Message};
use super::stage::Stage;
use crate::id::{BridgeId, LegId};
use crate::io::PacketIo;

/// A leg that was asked for.
pub(super) struct Expected {
    /// The leg here that it is to be joined with.
    partner: LegId,
    bridge: BridgeId,
    /// Commands that came before it.
    pub(super) waiting: Vec<Command>,
}

impl<I: PacketIo> Stage<I> {
    /// Asks for a leg of another thread, to join it with `partner` when it comes.
    pub(super) fn fetch(&mut self, wanted: LegId, partner: LegId, bridge: BridgeId) {
        if let Some(expected) = self.expected.get_mut(&wanted) {
            (expected.partner, expected.bridge) = (partner, bridge);
            return;
        }
        self.expected.insert(wanted, Expected { partner, bridge, waiting: Vec::new() });
        let fetch = Command::Fetch { to: self.index, bridge };
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
    pub(super) fn hand_over(&mut self, place: usize, to: usize, bridge: BridgeId) {
        if to == self.index || to >= self.neighbours.len() {
            return;
        }
        let later = self.leave_for_earlier(place, bridge);
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
    fn leave_for_earlier(&mut self, place: usize, bridge: BridgeId) -> Option<(BridgeId, LegId)> {
        let current = self.seats.get(place)?.bridge;
        self.part(place, None);
        let (later, peer) = current.filter(|(current, _)| *current > bridge)?;
        let peer = self.seats.get_mut(peer)?;
        peer.awaits = Some(later);
        Some((later, peer.id))
    }

    /// A leg arrives: it is joined as was asked, and does what it was told meanwhile.
    pub(super) fn adopt(&mut self, now: Instant, luggage: Luggage) {
        let Luggage { id, core, rtp, rtcp, lease, later } = luggage;
        let Some(place) = self.seat(id, core, rtp, rtcp, lease) else { return self.expect_no_more(id) };
        self.moved.remove(&id);
        self.follow_wheel(now, place);
        if let Some((bridge, peer)) = later {
            self.tell(peer.home(), Message::Leg(peer, Command::Rejoin { bridge, peer: id }));
        }
        let Some(Expected { partner, bridge, waiting }) = self.expected.remove(&id) else { return };
        let waits = |place: &usize| self.seats.get(*place).is_some_and(|seat| seat.awaits == Some(bridge));
        // The partner may have been told meanwhile to end that bridge, or to join another one.
        if let Some(partner) = self.places.get(&partner).copied().filter(waits) {
            self.join(now, partner, bridge, id);
        }
        for command in waiting {
            self.command(now, id, command);
        }
    }

    /// A leg that was asked for does not come.
    pub(super) fn expect_no_more(&mut self, id: LegId) {
        let Some(Expected { partner, bridge, .. }) = self.expected.remove(&id) else { return };
        if let Some(&partner) = self.places.get(&partner) {
            self.part(partner, Some(bridge));
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
