//! A dialplan names a prompt (`hello-world`, `digits/1`), the channel has a language, and the call a rate. The
//! [`Library`] finds the file in Asterisk's order: for `fr_CA` first `fr_CA/`, then `fr/`, then without a
//! language, then `en/`; in each of them all the folders in turn, and of the formats there the best one.

mod embedded;
mod error;
mod language;
mod library;

pub use embedded::EmbeddedSounds;
pub use error::SoundError;
pub use library::{Found, Library, Location};
