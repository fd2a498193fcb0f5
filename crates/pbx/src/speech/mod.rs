//! Texts that are spoken: by programs that `speech.conf` names, kept so that each text is made once.
//!
//! Nothing here needs a network, and no text passes through a shell: it is one argument of the program, or its standard
//! input. What was made is a WAV file in a folder that is kept within its bound (`cache.rs`).

mod cache;
mod engine;
mod error;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Semaphore;

pub(crate) use error::SpeechError;

use crate::configuration::{Configuration, SpeechConfiguration, SpeechEngine};
use engine::Task;

/// Octets of the longest text that is spoken: some ten minutes.
const LONGEST_TEXT: usize = 8_000;

/// Shares of the machine that all programs divide between them; each takes as many as leave room for the others.
const SHARES: u32 = 64;

/// Words a minute at the speed of 1.
const WORDS_A_MINUTE: f64 = 165.0;

/// What is to be spoken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'t> {
    /// The words.
    pub(crate) words: &'t str,
    /// Their language.
    pub(crate) language: &'t str,
    /// Whether a program that does not speak that language may speak its own.
    pub(crate) any_language: bool,
    /// The section of `speech.conf`; `None` for the default, or else any that speaks the language.
    pub(crate) engine: Option<&'t str>,
    /// How fast: 1 is usual, 2 twice as fast.
    pub(crate) speed: f64,
}

/// Texts that are being spoken.
pub(crate) struct Speech {
    /// One lock for each file that somebody waits for: whoever comes second finds the file made.
    wanted: Mutex<HashMap<PathBuf, Weak<tokio::sync::Mutex<()>>>>,
    shares: Semaphore,
}

impl Default for Speech {
    fn default() -> Self {
        Self { wanted: Mutex::default(), shares: Semaphore::new(SHARES as usize) }
    }
}

impl Speech {
    /// The sound of a text, by a name that can be played.
    ///
    /// # Errors
    /// [`SpeechError`] says what to do.
    pub(crate) async fn speak(
        &self,
        configuration: &Configuration,
        text: Text<'_>,
    ) -> Result<String, SpeechError> {
        let speech = &configuration.speech;
        let folder = speech.cache.clone().unwrap_or_else(|| configuration.folders.spool.join("speech"));
        self.speak_into(speech, &folder, text).await
    }

    async fn speak_into(
        &self,
        speech: &SpeechConfiguration,
        folder: &Path,
        text: Text<'_>,
    ) -> Result<String, SpeechError> {
        let words = text.words.replace('\0', " ");
        let words = words.trim();
        if words.is_empty() {
            return Err(SpeechError::NoText);
        }
        if words.len() > LONGEST_TEXT {
            return Err(SpeechError::TooLong { most: LONGEST_TEXT });
        }
        let (engine, voice) = choose(speech, text)?;
        let speed = (WORDS_A_MINUTE * text.speed.clamp(0.5, 2.0)).round().to_string();
        let task = Task::new(engine, voice, words, &speed).await;
        let file = folder.join(format!("{}.wav", task.key()));
        let lock = self.lock_of(&file);
        let _alone = lock.lock().await;
        if !tokio::fs::try_exists(&file).await.unwrap_or(false) {
            let simultaneous = u32::try_from(speech.simultaneous).unwrap_or(SHARES).clamp(1, SHARES);
            // The semaphore is never closed.
            let _share = self.shares.acquire_many(SHARES / simultaneous).await.ok();
            let unfinished = cache::prepare(folder).await?.join(format!("{}.wav", task.key()));
            task.run(&unfinished).await?;
            cache::keep(&unfinished, &file, speech.cache_size).await?;
        }
        Ok(file.with_extension("").to_string_lossy().into_owned())
    }

    fn lock_of(&self, file: &Path) -> Arc<tokio::sync::Mutex<()>> {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = wanted.get(file).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::default();
        wanted.insert(file.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

/// The program for a text, and the voice for its language.
fn choose<'c>(
    speech: &'c SpeechConfiguration,
    text: Text<'c>,
) -> Result<(&'c SpeechEngine, &'c str), SpeechError> {
    let language = text.language;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    if language.is_empty() || language.starts_with('-') || language.len() > 32 || !language.chars().all(fits)
    {
        return Err(SpeechError::NoSuchLanguage(language.to_owned()));
    }
    let speaks = |engine: &'c SpeechEngine| engine.voice(language).map(|voice| (engine, voice));
    if let Some(name) = text.engine {
        let engine = speech.engines.get(name).ok_or_else(|| SpeechError::NoSuchEngine(name.to_owned()))?;
        let own = || Some((engine, engine.languages.first()?.1.as_str())).filter(|_| text.any_language);
        return speaks(engine).or_else(own).ok_or_else(|| SpeechError::NotSpoken {
            engine: name.to_owned(),
            language: language.to_owned(),
        });
    }
    let default = speech.default.as_ref().and_then(|name| speech.engines.get(name));
    let all = default.into_iter().chain(speech.engines.values());
    all.into_iter().find_map(speaks).ok_or_else(|| SpeechError::NoSuchLanguage(language.to_owned()))
}

#[cfg(test)]
mod tests;
