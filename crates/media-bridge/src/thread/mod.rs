//! The media threads: each owns its legs, their sockets and their time.

mod hearing;
mod leg;
mod mailbox;
mod message;
mod moving;
mod paced;
mod parking;
mod rooms;
mod round;
mod seeds;
mod stage;
mod trial;
mod wheel;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

pub(crate) use leg::{NewLeg, Place};
use mailbox::Mailbox;
pub(crate) use message::{Command, ConferenceCommand, Message};
pub use paced::Pacer;
use parking::{ParkedPair, Parking};
use stage::Stage;
pub use trial::Trial;

use crate::config::Backend;
use crate::error::MediaError;
#[cfg(target_os = "linux")]
use crate::io::{Epoll, Uring};
use crate::io::{PacketIo, Portable, Wake};
use crate::ports::Site;

/// All threads of an engine. They end when this is dropped.
pub(crate) struct ThreadGroup(Arc<[Neighbour]>);

/// What threads know of each other, and handles of them.
struct Neighbour {
    mailbox: Mailbox,
    /// Legs on the thread, and those on their way to it.
    legs: AtomicUsize,
    /// Conferences on the thread.
    rooms: AtomicUsize,
    /// Sockets of legs that have ended on the thread.
    parking: Parking,
}

impl Neighbour {
    fn new(bell: Arc<dyn Wake>, parked: usize) -> Self {
        let (legs, rooms) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { mailbox: Mailbox::new(bell), legs, rooms, parking: Parking::new(parked) }
    }
}

impl ThreadGroup {
    /// Starts `count` threads, each with room for so many `parked` pairs of sockets.
    pub(crate) fn start(count: usize, backend: Backend, parked: usize) -> Result<Self, MediaError> {
        match backend.chosen() {
            Backend::Best | Backend::Portable => Self::start_with::<Portable>(count, parked),
            #[cfg(target_os = "linux")]
            Backend::Epoll => Self::start_with::<Epoll>(count, parked),
            #[cfg(target_os = "linux")]
            Backend::Uring if Backend::Uring.is_available() => Self::start_with::<Uring>(count, parked),
            other => Err(MediaError::NoSuchBackend(other)),
        }
    }

    fn start_with<I: PacketIo>(count: usize, parked: usize) -> Result<Self, MediaError> {
        let failed = |thread: usize| move |source: io::Error| MediaError::Thread { thread, source };
        let ios = (0..count).map(|n| I::new().map_err(failed(n))).collect::<Result<Vec<_>, MediaError>>()?;
        let group = Self(ios.iter().map(|io| Neighbour::new(io.bell(), parked)).collect());
        for (index, io) in ios.into_iter().enumerate() {
            let stage = Stage::new(index, io, group.0.clone());
            thread::Builder::new()
                .name(format!("media-{index}"))
                .spawn(move || stage.run())
                .map_err(failed(index))?;
        }
        Ok(group)
    }

    /// Puts a message into the mailbox of a thread. `false`: the thread has ended.
    pub(crate) fn post(&self, thread: usize, message: Message) -> bool {
        let Some(neighbour) = self.0.get(thread) else { return false };
        if matches!(message, Message::Open(_)) {
            neighbour.legs.fetch_add(1, Relaxed);
        }
        if matches!(message, Message::Conference(_, ConferenceCommand::Open(_))) {
            neighbour.rooms.fetch_add(1, Relaxed);
        }
        neighbour.mailbox.post(message)
    }

    /// Sockets as a leg wants them that rest on that thread and may serve again; where `pressed`, those that have just
    /// begun to rest too.
    pub(crate) fn parked(&self, thread: usize, site: &Site, pressed: bool) -> Option<ParkedPair> {
        let parking = &self.0.get(thread)?.parking;
        if pressed { parking.take_any(site) } else { parking.take(site, Instant::now()) }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Legs of all threads.
    pub(crate) fn legs(&self) -> usize {
        self.0.iter().map(|neighbour| neighbour.legs.load(Relaxed)).sum()
    }

    /// The thread with the fewest legs.
    pub(crate) fn least_loaded(&self) -> usize {
        let load = |index: &usize| self.0.get(*index).map_or(usize::MAX, |n| n.legs.load(Relaxed));
        (0..self.0.len()).min_by_key(load).unwrap_or(0)
    }

    /// The thread with the fewest conferences, and of several the one with the fewest legs.
    pub(crate) fn fewest_rooms(&self) -> usize {
        let load = |index: &usize| self.0.get(*index).map(|n| (n.rooms.load(Relaxed), n.legs.load(Relaxed)));
        (0..self.0.len()).min_by_key(load).unwrap_or(0)
    }
}

impl Drop for ThreadGroup {
    fn drop(&mut self) {
        self.0.iter().for_each(|neighbour| neighbour.mailbox.stop());
    }
}
