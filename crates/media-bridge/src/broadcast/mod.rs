//! Sound that many hear at the same time: decoded once, and encoded once for each codec, while it goes on.

mod air;
mod announcer;
mod feed;

pub(crate) use air::{Air, Listener, Reading};
pub(crate) use announcer::Announcer;
use std::sync::{Arc, Weak};

pub use feed::{Feed, FeedWriter};

/// Where the sound of a [`Broadcast`] comes from. Asked every 20 ms, on a thread that many share: it must not wait.
pub trait Source: Send {
    /// Samples a second, one of those that calls have: 8, 16, 24, 32 or 48 kHz.
    fn rate(&self) -> u32;

    /// Writes the next 20 ms and returns how many samples there are: what is missing is sent as silence, and counted as
    /// late. `None`: it is over.
    fn read(&mut self, frame: &mut [i16]) -> Option<usize>;
}

/// Sound that any number of legs may hear at the same time. Clones are the same broadcast.
///
/// It is on the air for as long as somebody holds it or a leg listens; then its [`Source`] is dropped.
#[derive(Clone)]
pub struct Broadcast(pub(crate) Arc<Air>);

impl Broadcast {
    /// A name for it that does not keep it on the air.
    pub fn downgrade(&self) -> WeakBroadcast {
        WeakBroadcast(Arc::downgrade(&self.0))
    }

    /// Whether both are the same one.
    pub fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Legs that listen now.
    pub fn listeners(&self) -> usize {
        self.0.listeners()
    }

    /// True once its source is over. Who listens hears the rest.
    pub fn is_over(&self) -> bool {
        self.0.is_over()
    }

    /// Frames of 20 ms that its source did not have in time.
    pub fn late_frames(&self) -> u64 {
        self.0.late_frames()
    }

    /// Frames that were encoded for all who listen, over all codecs.
    pub fn frames_encoded(&self) -> u64 {
        self.0.frames_encoded()
    }
}

/// A broadcast that is on the air for as long as others hold it.
#[derive(Clone)]
pub struct WeakBroadcast(Weak<Air>);

impl WeakBroadcast {
    /// The broadcast, if it is still on the air.
    pub fn upgrade(&self) -> Option<Broadcast> {
        self.0.upgrade().map(Broadcast).filter(|broadcast| !broadcast.is_over())
    }
}

impl std::fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Broadcast({} listeners)", self.listeners())
    }
}
