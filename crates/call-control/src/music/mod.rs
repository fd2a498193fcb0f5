//! Music for those who wait: on hold, while somebody is called, in an application.
//!
//! A [`MusicClass`] is what waiting channels may hear, a [`MusicLibrary`] knows the classes of an exchange. Files are played
//! from a place that each channel has for itself and finds again when it waits anew, as in Asterisk; they are decoded once,
//! and encoded once for each codec, for all who hear them ([`media_bridge::Sound`]). What cannot be wound back, a program
//! that plays or a stream from the net, is one broadcast for all ([`media_bridge::Broadcast`]).

mod class;
mod hold;
mod performance;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use class::{MusicClass, MusicLibrary, MusicOrder, MusicPiece, Station};
pub(crate) use hold::play_to_the_held;
use performance::{Performance, Place};

use crate::call::{Call, ChannelState};
use crate::event::Event;

/// The class that everybody has.
pub(crate) const DEFAULT_CLASS: &str = "default";

/// What is known of music on one channel.
#[derive(Default)]
pub(crate) struct MusicStanding(Mutex<Standing>);

#[derive(Default)]
struct Standing {
    /// `CHANNEL(musicclass)`.
    own: Option<String>,
    /// What its party wants others to hear while it holds.
    suggested: Option<String>,
    playing: Option<Performance>,
    /// Where it was in the class that it heard last.
    place: Option<Arc<Place>>,
}

impl MusicStanding {
    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel has ended.
    pub(crate) fn clear(&self) {
        let ended = std::mem::take(&mut *self.lock());
        drop(ended);
    }

    /// A key of the party: it may choose another class.
    pub(crate) fn press(&self, key: char) {
        if let Some(playing) = &self.lock().playing {
            playing.press(key);
        }
    }
}

/// Music that stops when this is dropped.
#[must_use = "the music stops when it is dropped"]
pub struct MusicWhile(Call);

impl Drop for MusicWhile {
    fn drop(&mut self) {
        self.0.stop_music();
    }
}

impl Call {
    /// The class of music that the party hears, whatever others suggest.
    pub fn music_class(&self) -> Option<String> {
        self.0.music.lock().own.clone()
    }

    /// Chooses it.
    pub fn set_music_class(&self, class: Option<&str>) {
        self.0.music.lock().own = class.map(str::to_owned);
    }

    /// What the party wants others to hear while it holds.
    pub fn suggested_music(&self) -> Option<String> {
        self.0.music.lock().suggested.clone()
    }

    /// Notes what the party wants others to hear while it holds.
    pub fn suggest_music(&self, class: Option<&str>) {
        self.0.music.lock().suggested = class.map(str::to_owned);
    }

    /// Lets the party hear music until [`Call::stop_music`], the next prompt, or its end. Before the answer it is heard as
    /// early media. `false`: there is none for it, or it has no audio.
    ///
    /// The class is the channel's own, else `wanted`, else `default`; which of the first two comes first is for the
    /// [`MusicLibrary`] to say.
    pub fn start_music(&self, wanted: Option<&str>) -> bool {
        let Some(library) = self.switchboard().music() else { return false };
        let Some(class) = self.choose(library.as_ref(), wanted) else {
            self.told_missing(wanted);
            return false;
        };
        if (class.answered_only && self.state() != ChannelState::Up) || self.leg().is_none() {
            return false;
        }
        self.stop_music();
        self.switchboard().notice(|| Event::Verbose {
            channel: Some(self.snapshot()),
            level: 3,
            text: format!("Started music on hold, class '{}', on channel '{}'", class.name, self.name()),
        });
        let mut standing = self.0.music.lock();
        let kept = standing.place.take().filter(|place| place.is_of(&class));
        let place = kept.unwrap_or_else(|| Arc::new(Place::new(class)));
        standing.place = Some(place.clone());
        standing.playing = Some(Performance::begin(self, place));
        true
    }

    /// The same for as long as what it returns is held.
    pub fn music_while(&self, wanted: Option<&str>) -> MusicWhile {
        self.start_music(wanted);
        MusicWhile(self.clone())
    }

    /// Ends the music. The party hears again what it heard before, a bridge for instance.
    pub fn stop_music(&self) {
        let Some(playing) = self.0.music.lock().playing.take() else { return };
        let was_heard = playing.end(self);
        if was_heard {
            self.switchboard().notice(|| Event::Verbose {
                channel: Some(self.snapshot()),
                level: 3,
                text: format!("Stopped music on hold on {}", self.name()),
            });
        }
    }

    fn choose(&self, library: &dyn MusicLibrary, wanted: Option<&str>) -> Option<Arc<MusicClass>> {
        let own = self.music_class();
        let mut names = [own.as_deref(), wanted, Some(DEFAULT_CLASS)];
        if !library.prefers_channel_class() {
            names.swap(0, 1);
        }
        names.into_iter().flatten().filter(|name| !name.is_empty()).find_map(|name| library.class(name))
    }

    fn told_missing(&self, wanted: Option<&str>) {
        let text = format!(
            "no music for {}: there is no class '{}' and no default; name one in musiconhold.conf",
            self.name(),
            wanted.unwrap_or(DEFAULT_CLASS)
        );
        self.switchboard().notice(|| Event::Warning { channel: Some(self.snapshot()), text });
    }
}

#[cfg(test)]
mod tests;
