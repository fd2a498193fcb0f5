//! The calls of each device, followed by their events.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use smol_str::SmolStr;

use super::DeviceState;
use crate::call::{CallSnapshot, ChannelState, Direction};
use crate::event::Event;
use crate::identity::{CallIdentifier, CallerId};

/// The channels that live, by device. Feed it all events of a switchboard, in their order.
#[derive(Debug, Default)]
pub struct DeviceChannels {
    /// Device, then channel.
    devices: HashMap<SmolStr, BTreeMap<SmolStr, Followed>, RandomState>,
    /// Who began each call: the channel, the caller, and the number that was dialled.
    callers: HashMap<CallIdentifier, (SmolStr, Arc<CallerId>, SmolStr), RandomState>,
}

/// What is kept of a channel.
#[derive(Clone, Debug)]
struct Followed {
    call_id: CallIdentifier,
    state: ChannelState,
    held: bool,
}

/// A call that rings at a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCall {
    /// The channel that rings.
    pub channel: SmolStr,
    /// Who calls.
    pub caller: Arc<CallerId>,
    /// The number that the caller dialled; empty where nobody did.
    pub dialed: SmolStr,
}

impl DeviceChannels {
    /// Takes one event. Returns the device whose calls it changed.
    pub fn notice(&mut self, event: &Event) -> Option<SmolStr> {
        match event {
            Event::ChannelCreated { channel } | Event::ChannelState { channel, .. } => {
                self.follow(channel, None)
            }
            Event::Hold { channel, held } => self.follow(channel, Some(*held)),
            Event::ChannelEnded { channel, .. } => {
                let device = SmolStr::from(device_of(&channel.name));
                if self.callers.get(&channel.call_id).is_some_and(|(name, ..)| *name == channel.name) {
                    self.callers.remove(&channel.call_id);
                }
                let channels = self.devices.get_mut(&device)?;
                channels.remove(&channel.name)?;
                if channels.is_empty() {
                    self.devices.remove(&device);
                }
                Some(device)
            }
            _ => None,
        }
    }

    fn follow(&mut self, channel: &CallSnapshot, held: Option<bool>) -> Option<SmolStr> {
        if channel.state.is_ended() {
            return None;
        }
        let device = SmolStr::from(device_of(&channel.name));
        let channels = self.devices.entry(device.clone()).or_default();
        let before = channels.get(&channel.name);
        let held = held.or(before.map(|known| known.held)).unwrap_or_default();
        if before.is_some_and(|known| known.state == channel.state && known.held == held) {
            return None;
        }
        if channel.direction == Direction::Inbound {
            let caller = || (channel.name.clone(), channel.caller.clone(), channel.dialed.clone());
            self.callers.entry(channel.call_id).or_insert_with(caller);
        }
        let followed = Followed { call_id: channel.call_id, state: channel.state, held };
        channels.insert(channel.name.clone(), followed);
        Some(device)
    }

    /// What the calls of a device make of it; `None` without calls. With `busy_at` above 0 that many make it busy.
    pub fn state(&self, device: &str, busy_at: u32) -> Option<DeviceState> {
        let channels = self.devices.get(device)?;
        let state = DeviceState::of_all(channels.values().map(Followed::device_state))?;
        let used =
            channels.values().filter(|channel| channel.device_state() != DeviceState::NotInUse).count();
        let busy = busy_at > 0 && used >= usize::try_from(busy_at).unwrap_or(usize::MAX);
        Some(if busy { DeviceState::Busy } else { state })
    }

    /// The calls that ring at a device, by channel.
    pub fn ringing(&self, device: &str) -> Vec<DeviceCall> {
        let channels = self.devices.get(device).into_iter().flatten();
        let rings = channels.filter(|(_, channel)| channel.state == ChannelState::Ringing);
        let call = |(name, channel): (&SmolStr, &Followed)| {
            let known = self.callers.get(&channel.call_id).cloned();
            let (_, caller, dialed) = known.unwrap_or_default();
            DeviceCall { channel: name.clone(), caller, dialed }
        };
        rings.map(call).collect()
    }
}

impl Followed {
    fn device_state(&self) -> DeviceState {
        match self.state {
            _ if self.held => DeviceState::OnHold,
            ChannelState::Ring | ChannelState::Up => DeviceState::InUse,
            ChannelState::Ringing => DeviceState::Ringing,
            // Nothing has been heard of the phone yet.
            ChannelState::Dialing | ChannelState::Ended(_) => DeviceState::NotInUse,
        }
    }
}

/// The device of a channel: `PJSIP/alice` of `PJSIP/alice-00000001`.
pub fn device_of(channel: &str) -> &str {
    channel.rsplit_once('-').map_or(channel, |(device, _)| device)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::call::DialplanPosition;
    use crate::cause::HangupCause;

    fn channel(name: &str, direction: Direction, state: ChannelState) -> CallSnapshot {
        CallSnapshot {
            name: name.into(),
            call_id: crate::identity::Identifiers::new("").call_id(),
            unique_id: SmolStr::default(),
            linked_id: SmolStr::default(),
            direction,
            state,
            caller: Arc::new(CallerId::new("Al", "7")),
            dialed: "100".into(),
            language: SmolStr::default(),
            position: DialplanPosition::default(),
            application: None,
            bridged_with: None,
            created: SystemTime::UNIX_EPOCH,
            answered: None,
            codec: None,
            attended: false,
        }
    }

    #[test]
    fn a_call_from_its_beginning_to_its_end() {
        let mut devices = DeviceChannels::default();
        let caller = channel("PJSIP/al-00000001", Direction::Inbound, ChannelState::Ring);
        let first = caller.call_id;
        let device = devices.notice(&Event::ChannelCreated { channel: caller });
        assert_eq!(device.as_deref(), Some("PJSIP/al"));
        assert_eq!(devices.state("PJSIP/al", 0), Some(DeviceState::InUse));
        let mut callee = channel("PJSIP/b-c-00000002", Direction::Outbound, ChannelState::Dialing);
        devices.notice(&Event::ChannelCreated { channel: callee.clone() });
        assert_eq!(devices.state("PJSIP/b-c", 0), Some(DeviceState::NotInUse));
        callee.state = ChannelState::Ringing;
        let rings = Event::ChannelState { channel: callee.clone(), state: ChannelState::Ringing };
        assert_eq!(devices.notice(&rings).as_deref(), Some("PJSIP/b-c"));
        assert_eq!(devices.notice(&rings), None, "nothing new");
        assert_eq!(devices.state("PJSIP/b-c", 0), Some(DeviceState::Ringing));
        let ringing = devices.ringing("PJSIP/b-c");
        assert_eq!((ringing[0].caller.number.as_str(), ringing[0].dialed.as_str()), ("7", "100"));
        callee.state = ChannelState::Up;
        devices.notice(&Event::ChannelState { channel: callee.clone(), state: ChannelState::Up });
        assert_eq!(devices.state("PJSIP/b-c", 0), Some(DeviceState::InUse));
        assert_eq!(devices.state("PJSIP/b-c", 1), Some(DeviceState::Busy));
        devices.notice(&Event::Hold { channel: callee.clone(), held: true });
        assert_eq!(devices.state("PJSIP/b-c", 0), Some(DeviceState::OnHold));
        callee.state = ChannelState::Ended(HangupCause::NORMAL);
        devices.notice(&Event::ChannelEnded { channel: callee, cause: HangupCause::NORMAL });
        assert_eq!(devices.state("PJSIP/b-c", 0), None);
        let mut caller = channel("PJSIP/al-00000001", Direction::Inbound, ChannelState::Up);
        caller.call_id = first;
        devices.notice(&Event::ChannelEnded { channel: caller, cause: HangupCause::NORMAL });
        assert!(devices.devices.is_empty() && devices.callers.is_empty());
    }
}
