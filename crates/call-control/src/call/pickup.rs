//! A channel that rings, and one that takes its call.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use super::{Call, ChannelState, DialplanPosition, Direction, Move};
use crate::pickup::PickupGroups;

/// What pickups look at.
#[derive(Default)]
pub(crate) struct PickupStanding {
    groups: Mutex<Option<Arc<PickupGroups>>>,
    dialed_from: OnceLock<DialplanPosition>,
}

impl Call {
    /// The groups of its phone.
    pub fn pickup_groups(&self) -> Arc<PickupGroups> {
        let groups = self.0.pickup.groups.lock().unwrap_or_else(PoisonError::into_inner).clone();
        groups.unwrap_or_default()
    }

    /// Puts the channel into these groups.
    pub fn set_pickup_groups(&self, groups: Arc<PickupGroups>) {
        *self.0.pickup.groups.lock().unwrap_or_else(PoisonError::into_inner) = Some(groups);
    }

    /// Where the dialplan stood that dialled this channel.
    pub fn dialed_from(&self) -> Option<&DialplanPosition> {
        self.0.pickup.dialed_from.get()
    }

    /// Notes it, once.
    pub(crate) fn set_dialed_from(&self, position: DialplanPosition) {
        let _ = self.0.pickup.dialed_from.set(position);
    }

    /// When the channel came into being.
    pub fn created_at(&self) -> SystemTime {
        self.0.created
    }

    /// Whether the channel rings at a phone on behalf of somebody who would talk to whoever takes the call.
    pub fn can_be_picked_up(&self) -> bool {
        let rings = matches!(self.state(), ChannelState::Dialing | ChannelState::Ringing);
        rings && self.direction() == Direction::Outbound && self.0.facets.picked_up.is_followed()
    }

    /// Notes who takes the call that rings; `false` when somebody has it already.
    fn is_taken_by(&self, taker: &Call) -> bool {
        self.0.facets.picked_up.change(|slot| {
            let is_free = slot.is_none();
            if is_free {
                *slot = Some(taker.clone());
            }
            is_free
        })
    }

    /// Takes the call that rings on `ringing`: whoever dialled that talks to this channel from then on. `false` when it is
    /// too late. Who sees to this channel waits for its end, or for a [`Move`], from here on.
    pub fn pick_up(&self, ringing: &Call) -> bool {
        // First, for who dialled joins both at once.
        if !ringing.can_be_picked_up() || !ringing.is_taken_by(self) {
            return false;
        }
        self.send_to(Move::Follow);
        true
    }
}
