//! Prompts: found by name and language, decoded once, shared by all who hear them.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use audio::{Found, Indications, Library, Location, Pcm, Tone};

use crate::error::CallError;

/// Samples a second of the narrow band, which every prompt is looked for in.
pub(crate) const NARROW: u32 = 8_000;

/// Decoded prompts kept in memory, in samples: 64 MB, about an hour of speech.
const CACHE_SAMPLES: usize = 32 * 1024 * 1024;

/// The prompts and tones of an exchange.
///
/// A prompt is named without an extension, as in `digits/1` or `/srv/sounds/welcome`. Folders, languages and formats are
/// searched in Asterisk's order by [`audio::Library`]. What was decoded is kept, within a bound, until its file changes.
#[derive(Clone)]
pub struct Prompts(Arc<Inner>);

struct Inner {
    library: Library,
    zones: &'static Indications,
    zone: String,
    cache: Mutex<Cache>,
}

/// A prompt that is ready to be played.
pub(crate) struct Prompt {
    pub(crate) pcm: Arc<Pcm>,
    /// Its name with the format found, for consoles: `demo-congrats.wav`.
    pub(crate) file: String,
}

impl Prompts {
    /// Prompts from `library`, tones of the country `zone` (`us`, `fr` …; an unknown one gets those of `us`).
    pub fn new(library: Library, zone: &str) -> Self {
        let zones = Indications::builtin();
        let zone = if zones.zone(zone).is_some() { zone } else { "us" }.to_owned();
        Self(Arc::new(Inner { library, zones, zone, cache: Mutex::default() }))
    }

    /// The tone of that name (`ring`, `busy`, `congestion`, `dial`).
    pub fn indication(&self, name: &str) -> Option<Tone> {
        self.indication_in(None, name)
    }

    /// The tone of that name in a country; in that of the exchange where it is not given, or not known.
    pub fn indication_in(&self, zone: Option<&str>, name: &str) -> Option<Tone> {
        let zone =
            zone.and_then(|zone| self.0.zones.zone(zone)).or_else(|| self.0.zones.zone(&self.0.zone))?;
        zone.tone(name).cloned()
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
        Ok(Entry { pcm: Arc::new(pcm), file, path, modified })
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
    pcm: Arc<Pcm>,
    file: String,
    path: Option<PathBuf>,
    modified: Option<SystemTime>,
}

impl Entry {
    fn prompt(&self) -> Prompt {
        Prompt { pcm: self.pcm.clone(), file: self.file.clone() }
    }

    /// False once the file was recorded anew.
    fn is_current(&self) -> bool {
        self.path
            .as_ref()
            .is_none_or(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok() == self.modified)
    }
}

/// First in, first out, within [`CACHE_SAMPLES`].
#[derive(Default)]
struct Cache {
    entries: HashMap<Key, Entry>,
    order: VecDeque<Key>,
    samples: usize,
}

impl Cache {
    fn get(&self, key: &Key) -> Option<Prompt> {
        self.entries.get(key).filter(|entry| entry.is_current()).map(Entry::prompt)
    }

    fn insert(&mut self, key: Key, entry: Entry) {
        self.samples += entry.pcm.samples.len();
        if let Some(old) = self.entries.insert(key.clone(), entry) {
            self.samples -= old.pcm.samples.len();
        } else {
            self.order.push_back(key);
        }
        while self.samples > CACHE_SAMPLES {
            let Some(oldest) = self.order.pop_front() else { return };
            self.samples -= self.entries.remove(&oldest).map_or(0, |e| e.pcm.samples.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { language: String::new(), name: name.to_owned(), rate: NARROW }
    }

    fn entry(samples: usize) -> Entry {
        let pcm = Arc::new(Pcm::new(NARROW, vec![0; samples]));
        Entry { pcm, file: String::new(), path: None, modified: None }
    }

    #[test]
    fn the_cache_keeps_within_its_bound() {
        let mut cache = Cache::default();
        for n in 0..5 {
            cache.insert(key(&n.to_string()), entry(CACHE_SAMPLES / 3));
        }
        assert!(cache.samples <= CACHE_SAMPLES);
        assert!(cache.get(&key("0")).is_none());
        assert!(cache.get(&key("4")).is_some());
    }
}
