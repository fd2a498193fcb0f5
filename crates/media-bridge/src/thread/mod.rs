//! The media threads: each owns its legs, their sockets and their time.

mod leg;
mod mailbox;
mod message;
mod moving;
mod round;
mod stage;
mod wheel;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

pub(crate) use leg::NewLeg;
use mailbox::Mailbox;
pub(crate) use message::{Command, Message};
use stage::Stage;

use crate::config::Backend;
use crate::error::MediaError;
#[cfg(target_os = "linux")]
use crate::io::Epoll;
use crate::io::{PacketIo, Portable};

/// All threads of an engine. They end when this is dropped.
pub(crate) struct ThreadGroup(Arc<[Neighbour]>);

/// What threads know of each other, and handles of them.
struct Neighbour {
    mailbox: Mailbox,
    /// Legs on the thread, and those on their way to it.
    legs: AtomicUsize,
}

impl ThreadGroup {
    /// Starts `count` threads.
    pub(crate) fn start(count: usize, backend: Backend) -> Result<Self, MediaError> {
        match backend {
            Backend::Portable => Self::start_with::<Portable>(count),
            #[cfg(target_os = "linux")]
            Backend::Best | Backend::Epoll => Self::start_with::<Epoll>(count),
            #[cfg(not(target_os = "linux"))]
            Backend::Best => Self::start_with::<Portable>(count),
            #[cfg(not(target_os = "linux"))]
            other => Err(MediaError::NoSuchBackend(other)),
        }
    }

    fn start_with<I: PacketIo>(count: usize) -> Result<Self, MediaError> {
        let failed = |thread: usize| move |source: io::Error| MediaError::Thread { thread, source };
        let ios = (0..count).map(|n| I::new().map_err(failed(n))).collect::<Result<Vec<_>, MediaError>>()?;
        let neighbours =
            ios.iter().map(|io| Neighbour { mailbox: Mailbox::new(io.bell()), legs: AtomicUsize::new(0) });
        let group = Self(neighbours.collect());
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
        neighbour.mailbox.post(message)
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
}

impl Drop for ThreadGroup {
    fn drop(&mut self) {
        self.0.iter().for_each(|neighbour| neighbour.mailbox.stop());
    }
}
