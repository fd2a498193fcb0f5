use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use call_control::Call;

use crate::configuration::{
    BridgeProfile, ConfbridgeConfiguration, MenuProfile, Profile, ProfileProblem, UserProfile,
};

/// The types of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Those who enter.
    User,
    /// The room.
    Bridge,
    /// Keys.
    Menu,
}

impl Kind {
    /// The type of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "user" => Some(Self::User),
            "bridge" => Some(Self::Bridge),
            "menu" => Some(Self::Menu),
            _ => None,
        }
    }
}

/// Profiles that channels make for themselves by `Set(CONFBRIDGE(type,key)=value)`, until they end.
#[derive(Default)]
pub struct ChosenProfiles(Mutex<HashMap<String, Chosen>>);

/// The profiles of one channel.
#[derive(Clone, Default)]
struct Chosen {
    channel: String,
    user: Option<Arc<UserProfile>>,
    bridge: Option<Arc<BridgeProfile>>,
    menu: Option<Arc<MenuProfile>>,
}

impl ChosenProfiles {
    /// Sets a key of a channel's own profile; `template` begins with another, `clear` with none.
    pub(crate) fn set(
        &self,
        call: &Call,
        configured: &ConfbridgeConfiguration,
        (kind, key): (Kind, &str),
        value: &str,
    ) -> Result<(), ProfileProblem> {
        let mut chosen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !chosen.contains_key(call.unique_id()) {
            // Those of channels that have ended go when another one comes.
            chosen.retain(|_, chosen| call.switchboard().find(&chosen.channel).is_some());
        }
        let of_channel = chosen.entry(call.unique_id().to_owned()).or_default();
        call.name().clone_into(&mut of_channel.channel);
        match kind {
            Kind::User => set(&mut of_channel.user, key, value, |name| configured.user(name)),
            Kind::Bridge => set(&mut of_channel.bridge, key, value, |name| configured.bridge(name)),
            Kind::Menu => set(&mut of_channel.menu, key, value, |name| configured.menu(name)),
        }
    }

    /// The channel's own user profile.
    pub(crate) fn user(&self, call: &Call) -> Option<Arc<UserProfile>> {
        self.of(call)?.user
    }

    /// The channel's own bridge profile.
    pub(crate) fn bridge(&self, call: &Call) -> Option<Arc<BridgeProfile>> {
        self.of(call)?.bridge
    }

    /// The channel's own menu.
    pub(crate) fn menu(&self, call: &Call) -> Option<Arc<MenuProfile>> {
        self.of(call)?.menu
    }

    fn of(&self, call: &Call) -> Option<Chosen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(call.unique_id()).cloned()
    }
}

fn set<P: Profile>(
    place: &mut Option<Arc<P>>,
    key: &str,
    value: &str,
    configured: impl Fn(&str) -> Option<Arc<P>>,
) -> Result<(), ProfileProblem> {
    if key.eq_ignore_ascii_case("clear") {
        *place = None;
        return Ok(());
    }
    if key.eq_ignore_ascii_case("template") {
        let bad = || ProfileProblem::BadValue {
            key: key.to_owned(),
            value: value.to_owned(),
            wanted: "the name of a profile of this type",
        };
        *place = Some(configured(value.trim()).ok_or_else(bad)?);
        return Ok(());
    }
    Arc::make_mut(place.get_or_insert_default()).set(key, value.trim())
}
