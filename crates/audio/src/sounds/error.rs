use std::path::PathBuf;

use crate::error::AudioError;

/// Why a prompt cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SoundError {
    /// The name would lead out of the sound folders, or is none.
    #[error("`{name}` is not a sound name: {reason}")]
    Name {
        /// The name as it was asked for.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No folder has the sound, in any language tried and any format known.
    #[error("sound `{name}` not found for language `{language}`; searched {}{hint}", list(.searched))]
    NotFound {
        /// The name as it was asked for.
        name: String,
        /// The language as it was asked for.
        language: String,
        /// Every folder searched, in order, its language included; `(built in)` is the program itself.
        searched: Vec<PathBuf>,
        /// What may be the mistake; empty when there is no guess.
        hint: &'static str,
    },
    /// The sound is there and cannot be read.
    #[error("sound `{name}`: {}: {source}", .path.display())]
    Unreadable {
        /// The name as it was asked for.
        name: String,
        /// The file that was chosen.
        path: PathBuf,
        /// Why it cannot be read.
        source: AudioError,
    },
}

fn list(folders: &[PathBuf]) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    if folders.is_empty() { "no folder: none is configured".to_owned() } else { folders.join(", ") }
}
