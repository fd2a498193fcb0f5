//! Conferences by their names: who is in them, and what is said to everybody.
//!
//! A room is there while somebody is in it. Those who lead it (`marked`) let others in and send them out; whoever waits for them
//! is in the room, and hears and says nothing. The sound is mixed by the media plane.

mod announcer;
mod chosen;
mod person;
mod recording;
mod room;
mod spoken_name;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use call_control::{ConferenceOptions, Switchboard};
use tokio::sync::mpsc::UnboundedReceiver;

pub use chosen::ChosenProfiles;
pub(crate) use chosen::Kind;
pub(crate) use person::{Newcomer, Notice};
pub use person::{PersonSnapshot, Profiles};
pub use recording::RoomRecordingError;
pub(crate) use room::Refusal;
pub use room::{Room, RoomSnapshot};
pub(crate) use spoken_name::SpokenName;

/// All rooms of an exchange.
#[derive(Default)]
pub struct Conferences {
    rooms: Mutex<BTreeMap<String, Arc<Room>>>,
    /// What channels have chosen by `CONFBRIDGE()` before they enter.
    chosen: ChosenProfiles,
}

/// Somebody's place in a room, which is free again when this is dropped.
pub(crate) struct Attendance {
    pub(crate) room: Arc<Room>,
    pub(crate) number: u64,
    conferences: Arc<Conferences>,
}

impl Conferences {
    /// The room of that name, if somebody is in it.
    pub fn room(&self, name: &str) -> Option<Arc<Room>> {
        self.rooms().get(name).cloned()
    }

    /// All rooms, by name.
    pub fn snapshots(&self) -> Vec<RoomSnapshot> {
        let rooms: Vec<Arc<Room>> = self.rooms().values().cloned().collect();
        rooms.iter().map(|room| room.snapshot()).collect()
    }

    /// What channels have chosen before they enter.
    pub fn chosen(&self) -> &ChosenProfiles {
        &self.chosen
    }

    /// Lets somebody into the room of that name, which is opened as the newcomer's profile says where nobody is in it.
    pub(crate) fn admit(
        self: &Arc<Self>,
        switchboard: &Switchboard,
        name: &str,
        newcomer: Newcomer,
    ) -> Result<(Attendance, UnboundedReceiver<Notice>), Refusal> {
        let mut rooms = self.rooms();
        let room = match rooms.get(name) {
            Some(room) => room.clone(),
            None => {
                let bridge = newcomer.profiles.bridge.clone();
                let options = ConferenceOptions { highest_rate: bridge.highest_rate, loudest: None };
                Arc::new(Room::new(name, bridge, switchboard.open_conference(options)))
            }
        };
        let (number, notices) = room.admit(newcomer)?;
        rooms.insert(name.to_owned(), room.clone());
        Ok((Attendance { room, number, conferences: self.clone() }, notices))
    }

    /// Forgets a room that nobody is in.
    fn release(&self, room: &Room) {
        let mut rooms = self.rooms();
        if room.is_empty() {
            rooms.remove(room.name());
        }
    }

    fn rooms(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Room>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.room.leave(self.number);
        self.conferences.release(&self.room);
    }
}

#[cfg(test)]
mod tests;
