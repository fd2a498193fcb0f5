use std::sync::Arc;

use audio::talk::TalkSettings;
use call_control::{Call, ConferenceStay, MemberSettings};
use tokio::sync::mpsc::UnboundedSender;

use super::spoken_name::SpokenName;
use crate::configuration::{BridgeProfile, MenuProfile, UserProfile};

/// Decibels of a step of volume.
const STEP: i8 = 3;

/// Most steps up or down.
const MOST_STEPS: i8 = 5;

/// The profiles of somebody who enters, and their names.
#[derive(Clone, Debug)]
pub struct Profiles {
    /// Of the person.
    pub user: Arc<UserProfile>,
    /// Of the room, where it is opened.
    pub bridge: Arc<BridgeProfile>,
    /// What keys do.
    pub menu: Arc<MenuProfile>,
    /// The names of the three, as consoles show them.
    pub names: [String; 3],
}

/// Somebody who wants to enter.
pub(crate) struct Newcomer {
    pub(crate) call: Call,
    pub(crate) profiles: Profiles,
    /// How it calls itself, where others are to hear that.
    pub(crate) name: Option<Arc<SpokenName>>,
}

/// What a room tells the one who is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Somebody sends it out.
    Kicked,
    /// One who leads has come, and it need wait no more.
    LeaderCame,
    /// The last one who leads has left, or any: it waits again, or has to leave.
    LeaderLeft {
        /// It has to leave.
        ends: bool,
    },
    /// Somebody has come or gone: told to those alone who hear music while nobody else is there.
    Company,
}

/// Somebody in a room.
pub(super) struct Person {
    pub(super) number: u64,
    pub(super) call: Call,
    pub(super) profiles: Profiles,
    pub(super) muted: bool,
    pub(super) listening: i8,
    pub(super) talking: i8,
    /// Its part in what is heard; `None` while it waits.
    pub(super) stay: Option<ConferenceStay>,
    pub(super) name: Option<Arc<SpokenName>>,
    notices: UnboundedSender<Notice>,
}

/// Somebody in a room, to show.
#[derive(Clone, Debug)]
pub struct PersonSnapshot {
    /// The channel.
    pub channel: String,
    /// Number of its caller.
    pub caller: String,
    /// The names of its user profile, bridge profile and menu.
    pub profiles: [String; 3],
    /// It is an admin.
    pub admin: bool,
    /// It leads.
    pub marked: bool,
    /// It waits for one who leads whenever there is none.
    pub wait_marked: bool,
    /// It leaves with those who lead.
    pub end_marked: bool,
    /// Nobody hears it.
    pub muted: bool,
    /// It waits now.
    pub waiting: bool,
}

impl Person {
    pub(super) fn new(number: u64, newcomer: Newcomer, notices: UnboundedSender<Notice>) -> Self {
        let Newcomer { call, profiles, name } = newcomer;
        let muted = profiles.user.starts_muted;
        Self { number, call, profiles, muted, listening: 0, talking: 0, stay: None, name, notices }
    }

    pub(super) fn user(&self) -> &UserProfile {
        &self.profiles.user
    }

    /// Tells it something. One who is gone needs no telling.
    pub(super) fn tell(&self, notice: Notice) {
        let _ = self.notices.send(notice);
    }

    /// Whether it waits for somebody while nobody leads.
    pub(super) fn needs_leader(&self) -> bool {
        self.user().wait_marked && !self.user().marked
    }

    /// How it takes part; all others than admins may be muted together.
    pub(super) fn settings(&self, participants_muted: bool) -> MemberSettings {
        let user = self.user();
        MemberSettings {
            muted: self.muted || (participants_muted && !user.admin),
            talking_gain: self.talking * STEP,
            listening_gain: self.listening * STEP,
            drop_silence: user.drop_silence,
            talk_events: user.talk_events,
            talk: TalkSettings {
                threshold: user.talking_threshold,
                silence_after: user.silence_threshold,
                ..TalkSettings::default()
            },
            passes_keys: user.passes_keys,
        }
    }

    pub(super) fn snapshot(&self, participants_muted: bool, waiting: bool) -> PersonSnapshot {
        let user = self.user();
        PersonSnapshot {
            channel: self.call.name().to_owned(),
            caller: self.call.caller().number,
            profiles: self.profiles.names.clone(),
            admin: user.admin,
            marked: user.marked,
            wait_marked: user.wait_marked,
            end_marked: user.end_marked,
            muted: self.settings(participants_muted).muted,
            waiting,
        }
    }
}

/// A volume by so many steps up or down; `None`: as it is.
pub(super) fn turned(volume: i8, steps: Option<i8>) -> i8 {
    steps.map_or(0, |steps| volume.saturating_add(steps).clamp(-MOST_STEPS, MOST_STEPS))
}
