//! All that is known, and what it comes to. Questions about the configuration and the registrations go to [`Facts`].

use std::collections::HashMap;
use std::time::Instant;

use call_control::{DeviceChannels, DeviceState};

use super::hint::{Hint, HintState};
use super::mailbox::{MailboxCounts, full_name};
use super::publication::Publications;
use super::remote::RemoteStates;
use super::value::PresenceValue;
use super::watchers::Watchers;

/// What the rest of the exchange knows of an endpoint.
pub(super) trait Facts {
    /// `None` when there is no such endpoint, else whether a phone of it can be reached, and `device_state_busy_at`.
    fn endpoint(&self, name: &str) -> Option<(bool, u32)>;

    /// What voicemail counts.
    fn mailbox(&self, name: &str) -> Option<MailboxCounts>;
}

/// Under one lock, which is held for one question or change.
#[derive(Default)]
pub(super) struct State {
    pub(super) channels: DeviceChannels,
    /// States that were set: of `Custom:` devices, and of what other parts provide.
    pub(super) devices: HashMap<String, DeviceState>,
    /// Presences that were set, by provider.
    pub(super) presences: HashMap<String, PresenceValue>,
    pub(super) publications: Publications<PresenceValue>,
    /// What other exchanges say of devices and mailboxes.
    pub(super) remote: RemoteStates,
    /// Counts that were set, by `box@context`.
    pub(super) mailboxes: HashMap<String, MailboxCounts>,
    pub(super) watchers: Watchers,
}

impl State {
    /// What a device does, here and at other exchanges together.
    pub(super) fn device(&self, facts: &dyn Facts, name: &str) -> DeviceState {
        let own = self.own_device(facts, name);
        DeviceState::of_all(self.remote.devices(name).chain([own])).unwrap_or(own)
    }

    /// What a device does here.
    pub(super) fn own_device(&self, facts: &dyn Facts, name: &str) -> DeviceState {
        if let Some(set) = self.devices.get(name) {
            return *set;
        }
        if let Some(mailbox) = name.strip_prefix("MWI:") {
            let waits = self.mailbox(facts, mailbox).new > 0;
            return if waits { DeviceState::InUse } else { DeviceState::NotInUse };
        }
        match name.split_once('/') {
            Some(("PJSIP", endpoint)) => self.endpoint(facts, name, endpoint),
            // No technology of ours.
            Some(_) => DeviceState::Invalid,
            None => DeviceState::Unknown,
        }
    }

    fn endpoint(&self, facts: &dyn Facts, device: &str, endpoint: &str) -> DeviceState {
        let Some((reachable, busy_at)) = facts.endpoint(endpoint) else { return DeviceState::Invalid };
        match self.channels.state(device, busy_at) {
            Some(state) if reachable || state != DeviceState::NotInUse => state,
            None if reachable => DeviceState::NotInUse,
            _ => DeviceState::Unavailable,
        }
    }

    /// The messages of one mailbox: as they are known here, else as another exchange tells.
    pub(super) fn mailbox(&self, facts: &dyn Facts, name: &str) -> MailboxCounts {
        let name = full_name(name);
        let own = self.own_mailbox(facts, &name);
        own.or_else(|| self.remote.mailbox(&name)).unwrap_or_default()
    }

    /// The messages of one mailbox by its full name: as voicemail counts them, else as they were set.
    pub(super) fn own_mailbox(&self, facts: &dyn Facts, name: &str) -> Option<MailboxCounts> {
        facts.mailbox(name).or_else(|| self.mailboxes.get(name).copied())
    }

    /// The messages of several mailboxes together.
    pub(super) fn all_mailboxes(&self, facts: &dyn Facts, names: &[String]) -> MailboxCounts {
        names.iter().fold(MailboxCounts::default(), |sum, name| sum + self.mailbox(facts, name))
    }

    /// What a hint comes to.
    pub(super) fn hint(&self, facts: &dyn Facts, hint: &Hint) -> HintState {
        let states = hint.devices.iter().map(|device| self.device(facts, device));
        let state = DeviceState::of_all(states).unwrap_or(DeviceState::NotInUse);
        let ringing = hint.devices.iter().find_map(|device| self.channels.ringing(device).into_iter().next());
        HintState { state: state.into(), ringing, presence: self.presence(hint) }
    }

    fn presence(&self, hint: &Hint) -> PresenceValue {
        if let Some(provider) = &hint.provider {
            return self.presences.get(provider).cloned().unwrap_or_default();
        }
        let now = Instant::now();
        let endpoints = hint.devices.iter().filter_map(|device| device.strip_prefix("PJSIP/"));
        let published = endpoints.filter_map(|endpoint| self.publications.value(now, endpoint)).next();
        published.cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use call_control::ExtensionState;

    use super::*;

    struct Phones(&'static [(&'static str, bool)]);

    impl Facts for Phones {
        fn endpoint(&self, name: &str) -> Option<(bool, u32)> {
            self.0.iter().find(|(known, _)| *known == name).map(|(_, reachable)| (*reachable, 0))
        }

        fn mailbox(&self, _: &str) -> Option<MailboxCounts> {
            None
        }
    }

    #[test]
    fn a_hint_is_what_its_devices_are() {
        let facts = Phones(&[("alice", true), ("bob", false)]);
        let mut state = State::default();
        let of = |text: &str, state: &State| state.hint(&facts, &Hint::read(text, "c", "100", None)).state;
        assert_eq!(of("PJSIP/alice", &state), ExtensionState::Idle);
        assert_eq!(of("PJSIP/bob", &state), ExtensionState::Unavailable);
        assert_eq!(of("PJSIP/nobody", &state), ExtensionState::Unavailable);
        assert_eq!(of("PJSIP/alice&PJSIP/bob", &state), ExtensionState::Idle);
        assert_eq!(of("Custom:lamp", &state), ExtensionState::Idle);
        state.devices.insert("Custom:lamp".into(), DeviceState::Ringing);
        assert_eq!(of("PJSIP/alice&Custom:lamp", &state), ExtensionState::Ringing);
        assert_eq!(of("MWI:100", &state), ExtensionState::Idle);
        state.mailboxes.insert("100@default".into(), MailboxCounts { new: 1, old: 0 });
        assert_eq!(of("MWI:100@default", &state), ExtensionState::InUse);
    }
}
