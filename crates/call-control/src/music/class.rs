use std::sync::Arc;

use media_bridge::{Broadcast, Sound};

/// The classes of music of an exchange.
pub trait MusicLibrary: Send + Sync + 'static {
    /// The class of that name. `default` is there in any case, if the exchange wants music at all.
    fn class(&self, name: &str) -> Option<Arc<MusicClass>>;

    /// The class that a listener chooses with a key.
    fn class_of_key(&self, key: char) -> Option<Arc<MusicClass>>;

    /// Whether the class of the channel that hears it comes before the one that is suggested (`preferchannelclass`).
    fn prefers_channel_class(&self) -> bool {
        true
    }
}

/// What waiting channels may hear.
pub struct MusicClass {
    /// Its name.
    pub name: String,
    /// Its pieces, in their order.
    pub pieces: Vec<MusicPiece>,
    /// How one follows the other.
    pub order: MusicOrder,
    /// A prompt before the first piece and between pieces.
    pub announcement: Option<String>,
    /// Whether it is for answered channels alone.
    pub answered_only: bool,
    /// Whether the last piece is repeated by itself, once all were heard.
    pub repeats_last: bool,
}

/// How the pieces of a class follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MusicOrder {
    /// In their order, from the first on.
    #[default]
    InOrder,
    /// In their order, from any on.
    AnyStart,
    /// Any after any.
    Random,
}

/// A piece of music.
#[derive(Clone)]
pub enum MusicPiece {
    /// A sound file, named without its extension: the best of its formats is played.
    File(String),
    /// A sound that is made at the rate of the listener.
    Made(fn(u32) -> Sound),
    /// Something that all listeners hear at the same time.
    Station(Arc<dyn Station>),
}

/// Something that plays for all who listen.
pub trait Station: Send + Sync {
    /// What is on the air; begins it if nobody has listened.
    fn tune_in(&self) -> Broadcast;

    /// Its name, for consoles: an address or a command.
    fn name(&self) -> &str;
}

impl MusicPiece {
    /// Its name, for consoles.
    pub fn name(&self) -> &str {
        match self {
            Self::File(name) => name,
            Self::Made(_) => "(made by the exchange)",
            Self::Station(station) => station.name(),
        }
    }
}
