//! What devices do, in one word: for hints, lamps and queues.

mod channels;

use std::fmt;

pub use channels::{DeviceCall, DeviceChannels, device_of};

/// The state of one device: a phone with all its calls, a lamp, a parking place.
///
/// The order of the variants is the order in which states of several devices outweigh each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceState {
    /// There is no such device.
    Invalid,
    /// Nobody said.
    #[default]
    Unknown,
    /// It cannot be reached.
    Unavailable,
    /// It does nothing.
    NotInUse,
    /// All its calls are on hold.
    OnHold,
    /// It rings.
    Ringing,
    /// It is in a call, or calls.
    InUse,
    /// It takes no further calls.
    Busy,
    /// It is in a call and rings for another one.
    RingInUse,
}

impl DeviceState {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Invalid,
        Self::Unknown,
        Self::Unavailable,
        Self::NotInUse,
        Self::OnHold,
        Self::Ringing,
        Self::InUse,
        Self::Busy,
        Self::RingInUse,
    ];

    /// The word that dialplans know: `NOT_INUSE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID",
            Self::Unknown => "UNKNOWN",
            Self::Unavailable => "UNAVAILABLE",
            Self::NotInUse => "NOT_INUSE",
            Self::OnHold => "ONHOLD",
            Self::Ringing => "RINGING",
            Self::InUse => "INUSE",
            Self::Busy => "BUSY",
            Self::RingInUse => "RINGINUSE",
        }
    }

    /// The state of that word, in any case of letters.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name().eq_ignore_ascii_case(name))
    }

    /// The state of several devices together; `None` of none.
    pub fn of_all(states: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (mut highest, mut rings, mut used) = (None, false, false);
        for state in states {
            highest = highest.max(Some(state));
            rings |= matches!(state, Self::Ringing | Self::RingInUse);
            used |= matches!(state, Self::InUse | Self::Busy | Self::OnHold | Self::RingInUse);
        }
        if rings && used { Some(Self::RingInUse) } else { highest }
    }
}

/// The state of an extension, as those see it who watch its hint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExtensionState {
    /// It can be called.
    #[default]
    Idle,
    /// It is in a call.
    InUse,
    /// It takes no further calls.
    Busy,
    /// It cannot be reached.
    Unavailable,
    /// It rings.
    Ringing,
    /// It is in a call and rings for another one.
    InUseRinging,
    /// Its calls are on hold.
    Hold,
}

impl ExtensionState {
    /// The word that consoles show: `InUse&Ringing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "Idle",
            Self::InUse => "InUse",
            Self::Busy => "Busy",
            Self::Unavailable => "Unavailable",
            Self::Ringing => "Ringing",
            Self::InUseRinging => "InUse&Ringing",
            Self::Hold => "Hold",
        }
    }

    /// Whether it rings, with or without another call.
    pub fn rings(self) -> bool {
        matches!(self, Self::Ringing | Self::InUseRinging)
    }
}

impl From<DeviceState> for ExtensionState {
    fn from(state: DeviceState) -> Self {
        match state {
            DeviceState::NotInUse | DeviceState::Unknown => Self::Idle,
            DeviceState::InUse => Self::InUse,
            DeviceState::Busy => Self::Busy,
            DeviceState::Unavailable | DeviceState::Invalid => Self::Unavailable,
            DeviceState::Ringing => Self::Ringing,
            DeviceState::RingInUse => Self::InUseRinging,
            DeviceState::OnHold => Self::Hold,
        }
    }
}

impl fmt::Display for DeviceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for ExtensionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_devices_are_one() {
        use DeviceState::{Busy, InUse, Invalid, NotInUse, OnHold, RingInUse, Ringing, Unavailable, Unknown};
        let of = |states: &[DeviceState]| DeviceState::of_all(states.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Ringing, InUse]), Some(RingInUse));
        assert_eq!(of(&[Ringing, OnHold]), Some(RingInUse));
        assert_eq!(of(&[Ringing, NotInUse]), Some(Ringing));
        assert_eq!(of(&[Unavailable, NotInUse]), Some(NotInUse));
        assert_eq!(of(&[Invalid, Unknown]), Some(Unknown));
        assert_eq!(of(&[OnHold, InUse, Busy]), Some(Busy));
        assert_eq!(of(&[OnHold, NotInUse]), Some(OnHold));
    }

    #[test]
    fn words_are_read() {
        for state in DeviceState::ALL {
            assert_eq!(DeviceState::from_name(&state.name().to_lowercase()), Some(state));
        }
        assert_eq!(DeviceState::from_name("asleep"), None);
    }
}
