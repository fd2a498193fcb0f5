//! Prompts: found by name and language, decoded once, shared by all who hear them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use audio::indications::ToneZone;
use audio::{Found, Indications, Library, Location, Tone};
use media_bridge::Sound;

use crate::error::CallError;

/// Samples a second of the narrow band, which every prompt is looked for in.
pub(crate) const NARROW: u32 = 8_000;

/// Octets of decoded and encoded prompts that are kept in memory: about an hour of speech.
const CACHE_OCTETS: usize = 64 * 1024 * 1024;

/// The prompts and tones of an exchange.
///
/// A prompt is named without an extension, as in `digits/1` or `/srv/sounds/welcome`. Folders, languages and formats are
/// searched in Asterisk's order by [`audio::Library`]. What was decoded is kept, within a bound, until its file changes; of too
/// much, what was not played for the longest goes.
#[derive(Clone)]
pub struct Prompts(Arc<Inner>);

struct Inner {
    library: Library,
    tones: RwLock<Tones>,
    cache: Mutex<Cache>,
}

/// Tones by country, and whose are played.
struct Tones {
    zones: Arc<Indications>,
    country: String,
}

/// A prompt that is ready to be played.
pub(crate) struct Prompt {
    pub(crate) sound: Sound,
    /// Its name with the format found, for consoles: `demo-congrats.wav`.
    pub(crate) file: String,
}

impl Prompts {
    /// Prompts from `library`, tones of the country `zone` (`us`, `fr` …; an unknown one gets those of `us`).
    pub fn new(library: Library, zone: &str) -> Self {
        let zones = Indications::builtin();
        let country = if zones.zone(zone).is_some() { zone } else { "us" }.to_owned();
        let tones = RwLock::new(Tones { zones: Arc::new(zones.clone()), country });
        Self(Arc::new(Inner { library, tones, cache: Mutex::default() }))
    }

    /// Plays other tones from now on: those of `zones`, of this country where a channel names none.
    pub fn set_tones(&self, zones: Arc<Indications>, country: &str) {
        let mut tones = self.0.tones.write().unwrap_or_else(PoisonError::into_inner);
        *tones = Tones { zones, country: country.to_owned() };
    }

    /// The tone of that name (`ring`, `busy`, `congestion`, `dial`).
    pub fn indication(&self, name: &str) -> Option<Tone> {
        self.indication_in(None, name)
    }

    /// The tone of that name in a country; in that of the exchange where it is not given, or not known.
    pub fn indication_in(&self, zone: Option<&str>, name: &str) -> Option<Tone> {
        let tones = self.0.tones.read().unwrap_or_else(PoisonError::into_inner);
        let own = || tones.zones.zone(&tones.country);
        let zone = zone.and_then(|zone| tones.zones.zone(zone)).or_else(own)?;
        zone.tone(name).cloned()
    }

    /// The tones of a country; those of the exchange's where it is not given, or not known.
    pub fn tone_zone(&self, zone: Option<&str>) -> Option<ToneZone> {
        let tones = self.0.tones.read().unwrap_or_else(PoisonError::into_inner);
        let own = || tones.zones.zone(&tones.country);
        zone.and_then(|zone| tones.zones.zone(zone)).or_else(own).cloned()
    }

    /// Forgets what was decoded, so that new files are found.
    pub fn refresh(&self) {
        *self.cache() = Cache::default();
    }

    /// True when the prompt can be found.
    pub fn exists(&self, name: &str, language: &str) -> bool {
        self.0.library.find(name, language, NARROW).is_ok()
    }

    /// Finds and decodes a prompt for a leg of `rate`: at that rate, or at the highest below it that there is. The work on
    /// files is done off the runtime's threads.
    pub(crate) async fn load(&self, name: &str, language: &str, rate: u32) -> Result<Prompt, CallError> {
        let key = Key { language: language.to_owned(), name: name.to_owned(), rate };
        if let Some(prompt) = self.cache().get(&key) {
            return Ok(prompt);
        }
        let (this, wanted) = (self.clone(), key.clone());
        let decoded = tokio::task::spawn_blocking(move || this.decode(&wanted)).await;
        let entry = decoded.map_err(|e| unreadable(name, &e))??;
        let prompt = entry.prompt();
        self.cache().insert(key, entry);
        Ok(prompt)
    }

    fn decode(&self, Key { language, name, rate }: &Key) -> Result<Entry, CallError> {
        let (library, rate) = (&self.0.library, *rate);
        let found = library.find(name, language, rate).map_err(|e| CallError::NoSuchSound(e.to_string()))?;
        // What is narrower than the leg is brought to its rate as it is played, and takes less room until then.
        let kept = found.rate.filter(|found| *found == NARROW && *found < rate).unwrap_or(rate);
        let pcm = library.load(name, language, kept).map_err(|e| unreadable(name, &e))?;
        let file = format!("{name}.{}", extension(&found));
        let path = match found.location {
            Location::File(path) => Some(path),
            Location::Embedded(_) => None,
        };
        let modified = path.as_ref().and_then(|p| std::fs::metadata(p).and_then(|m| m.modified()).ok());
        Ok(Entry { sound: Sound::shared(pcm), file, path, modified, used: 0 })
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.0.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Prompts {
    /// No prompts, and the tones of `us`.
    fn default() -> Self {
        Self::new(Library::new([]), "us")
    }
}

fn extension(found: &Found) -> String {
    let name = match &found.location {
        Location::File(path) => path.as_path(),
        Location::Embedded(path) => std::path::Path::new(path),
    };
    name.extension().unwrap_or_default().to_string_lossy().into_owned()
}

fn unreadable(name: &str, error: &dyn std::fmt::Display) -> CallError {
    CallError::UnreadableSound { file: name.to_owned(), reason: error.to_string() }
}

/// What a decoded prompt is kept under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    language: String,
    name: String,
    /// That of the leg that it was decoded for.
    rate: u32,
}

struct Entry {
    sound: Sound,
    file: String,
    path: Option<PathBuf>,
    modified: Option<SystemTime>,
    /// When it was played last, counted in plays.
    used: u64,
}

impl Entry {
    fn prompt(&self) -> Prompt {
        Prompt { sound: self.sound.clone(), file: self.file.clone() }
    }

    /// False once the file was recorded anew.
    fn is_current(&self) -> bool {
        self.path
            .as_ref()
            .is_none_or(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok() == self.modified)
    }
}

/// Within [`CACHE_OCTETS`]; what was not played for the longest goes.
#[derive(Default)]
struct Cache {
    entries: HashMap<Key, Entry>,
    plays: u64,
}

impl Cache {
    fn get(&mut self, key: &Key) -> Option<Prompt> {
        self.plays += 1;
        let entry = self.entries.get_mut(key).filter(|entry| entry.is_current())?;
        entry.used = self.plays;
        Some(entry.prompt())
    }

    fn insert(&mut self, key: Key, entry: Entry) {
        self.plays += 1;
        self.entries.insert(key, Entry { used: self.plays, ..entry });
        // What is encoded later counts, too, when the next one comes.
        let mut octets: usize = self.entries.values().map(|entry| entry.sound.octets()).sum();
        while octets > CACHE_OCTETS && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| self.entries.remove(&key)) else { return };
            octets -= gone.sound.octets().min(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use audio::Pcm;

    use super::*;

    fn key(name: &str) -> Key {
        Key { language: String::new(), name: name.to_owned(), rate: NARROW }
    }

    fn entry(octets: usize) -> Entry {
        let sound = Sound::shared(Pcm::new(NARROW, vec![0; octets / 2]));
        Entry { sound, file: String::new(), path: None, modified: None, used: 0 }
    }

    #[test]
    fn the_cache_keeps_what_is_played_within_its_bound() {
        let mut cache = Cache::default();
        for n in 0..3 {
            cache.insert(key(&n.to_string()), entry(CACHE_OCTETS / 4));
        }
        assert!(cache.get(&key("0")).is_some());
        cache.insert(key("3"), entry(CACHE_OCTETS / 2));
        assert!(cache.get(&key("1")).is_none(), "not played for the longest");
        assert!(cache.get(&key("0")).is_some());
        assert!(cache.get(&key("3")).is_some());
        cache.insert(key("4"), entry(2 * CACHE_OCTETS));
        assert!(cache.get(&key("4")).is_some() && cache.entries.len() == 1, "one is kept in any case");
    }
}
