//! Music on hold: the classes of `musiconhold.conf`, found, started and kept up.

mod built_in;
mod folder;
mod program;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use call_control::{MusicClass, MusicLibrary, MusicOrder, MusicPiece};
use media_bridge::MediaEngine;

use crate::configuration::{Configuration, MusicConfiguration, MusicMode, MusicSection, is_address};
use crate::radio::Radio;
use program::Program;

/// The class that is there without any configuration.
const DEFAULT: &str = "default";

/// Tells of what somebody should look at.
pub(crate) type Tell = Arc<dyn Fn(String) + Send + Sync>;

/// The classes in force.
pub struct MusicOnHold {
    media: MediaEngine,
    radio: Arc<Radio>,
    tell: Tell,
    now: RwLock<Now>,
}

#[derive(Default)]
struct Now {
    prefers_channel_class: bool,
    classes: BTreeMap<String, Entry>,
}

/// A class, and what it was made of.
struct Entry {
    section: MusicSection,
    class: Arc<MusicClass>,
}

impl MusicOnHold {
    /// No classes yet.
    pub(crate) fn new(media: MediaEngine, radio: Arc<Radio>, tell: Tell) -> Self {
        Self { media, radio, tell, now: RwLock::default() }
    }

    /// Takes over what a configuration says. Classes that stay as they were go on without a break. Reads folders: it may
    /// take a moment.
    pub(crate) fn follow(&self, configuration: &Configuration) {
        let MusicConfiguration { prefers_channel_class, classes } = &configuration.music;
        let data = &configuration.folders.data;
        let mut next = BTreeMap::new();
        for section in classes {
            match self.entry(section, data) {
                Ok(entry) => drop(next.insert(section.name.clone(), entry)),
                Err(problem) => (self.tell)(format!("music on hold: the class '{}' {problem}", section.name)),
            }
        }
        if !next.contains_key(DEFAULT) {
            next.insert(DEFAULT.to_owned(), self.default_entry(data));
        }
        let next = Now { prefers_channel_class: *prefers_channel_class, classes: next };
        let former = std::mem::replace(&mut *self.now.write().unwrap_or_else(PoisonError::into_inner), next);
        // Programs end here, outside of the lock.
        drop(former);
    }

    fn entry(&self, section: &MusicSection, data: &Path) -> Result<Entry, String> {
        let pieces = match &section.mode {
            MusicMode::Files { directory, .. } => folder::pieces(&data.join(directory))?,
            MusicMode::Playlist(entries) => entries.iter().map(|entry| self.piece(entry)).collect(),
            MusicMode::Custom(_) => Vec::new(),
        };
        let now = self.now();
        if let Some(entry) = now.classes.get(&section.name)
            && entry.section == *section
            && (pieces.is_empty() || names(&entry.class.pieces).eq(names(&pieces)))
        {
            return Ok(Entry { section: section.clone(), class: entry.class.clone() });
        }
        drop(now);
        let pieces = match &section.mode {
            MusicMode::Custom(program) => {
                let program = Program::start(program, data, &self.media, &section.name, self.tell.clone());
                vec![MusicPiece::Station(Arc::new(program))]
            }
            _ => pieces,
        };
        let class = MusicClass {
            name: section.name.clone(),
            pieces,
            order: section.order,
            announcement: section.announcement.clone(),
            answered_only: section.answered_only,
            repeats_last: section.repeats_last,
        };
        Ok(Entry { section: section.clone(), class: Arc::new(class) })
    }

    fn piece(&self, entry: &str) -> MusicPiece {
        match is_address(entry) {
            true => MusicPiece::Station(Arc::new(self.radio.station(entry))),
            false => MusicPiece::File(folder::without_extension(entry)),
        }
    }

    /// The class that everybody has: the files of `moh`, else what the exchange makes itself.
    fn default_entry(&self, data: &Path) -> Entry {
        let section = MusicSection {
            name: DEFAULT.to_owned(),
            mode: MusicMode::Files { word: "files", directory: "moh".into() },
            order: MusicOrder::InOrder,
            digit: None,
            announcement: None,
            answered_only: false,
            repeats_last: false,
        };
        if let Ok(entry) = self.entry(&section, data) {
            return entry;
        }
        let known = self.now().classes.get(DEFAULT).map(|entry| entry.class.clone());
        let is_made = |class: &Arc<MusicClass>| matches!(class.pieces[..], [MusicPiece::Made(_)]);
        let class = known.filter(is_made).unwrap_or_else(|| {
            Arc::new(MusicClass {
                name: DEFAULT.to_owned(),
                pieces: vec![MusicPiece::Made(built_in::music)],
                order: MusicOrder::InOrder,
                announcement: None,
                answered_only: false,
                repeats_last: false,
            })
        });
        Entry { section, class }
    }

    /// The classes with what they were made of, by name.
    pub fn classes(&self) -> Vec<(MusicSection, Arc<MusicClass>)> {
        self.now().classes.values().map(|entry| (entry.section.clone(), entry.class.clone())).collect()
    }

    /// Takes a class away until the next reload; `false` where there is none of that name.
    pub fn unregister(&self, name: &str) -> bool {
        let gone = self.now.write().unwrap_or_else(PoisonError::into_inner).classes.remove(name);
        gone.is_some()
    }

    fn now(&self) -> RwLockReadGuard<'_, Now> {
        self.now.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn names(pieces: &[MusicPiece]) -> impl Iterator<Item = &str> {
    pieces.iter().map(MusicPiece::name)
}

impl MusicLibrary for MusicOnHold {
    fn class(&self, name: &str) -> Option<Arc<MusicClass>> {
        self.now().classes.get(name).map(|entry| entry.class.clone())
    }

    fn class_of_key(&self, key: char) -> Option<Arc<MusicClass>> {
        let now = self.now();
        now.classes.values().find(|entry| entry.section.digit == Some(key)).map(|entry| entry.class.clone())
    }

    fn prefers_channel_class(&self) -> bool {
        self.now().prefers_channel_class
    }
}

#[cfg(test)]
mod tests;
