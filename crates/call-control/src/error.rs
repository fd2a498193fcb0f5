//! What can go wrong for an application that handles a call.

use crate::dial::DialFailure;

/// Why a method of [`crate::Call`] could not do its work.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The party hung up: the usual end of an application.
    #[error("the call has ended")]
    HungUp,
    /// The channel carries no audio.
    #[error("the channel has no audio")]
    NoMedia,
    /// A prompt was not found in any folder.
    #[error("{0}")]
    NoSuchSound(String),
    /// A sound file could not be read.
    #[error("'{file}' cannot be played: {reason}")]
    UnreadableSound {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// Nobody answered.
    #[error(transparent)]
    Dial(#[from] DialFailure),
}
