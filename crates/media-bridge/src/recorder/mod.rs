//! Recordings: taps that become files, by one thread for all of them.
//!
//! The thread empties each tap ten times a second and writes once a second, so that a recording costs few system calls, and a file
//! can be played to its last second whatever happens to the process. A disk that hangs holds up this thread alone: what is said
//! meanwhile waits in the taps, some seconds of it, and is counted as missed after that.

mod desk;
mod files;
mod plan;
mod recording;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::MediaError;
use crate::tap::{Side, Tap};
use desk::{Desk, Order};
pub use plan::{Content, RecordError, RecordingEnd, RecordingPlan, Track};
use recording::{Change, Running};

/// The thread that writes recordings. Those that go on are ended, and their files made whole, when it is dropped.
pub struct Recorder {
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
    next: Arc<AtomicU64>,
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`MediaError::Thread`] when the system has no thread left.
    pub fn start() -> Result<Self, MediaError> {
        let (orders, taken) = channel();
        let thread = Builder::new().name("recorder".to_owned()).spawn(move || Desk::default().run(&taken));
        let thread = thread.map_err(|source| MediaError::Thread { thread: 0, source })?;
        Ok(Self { orders, thread: Some(thread), next: Arc::default() })
    }

    /// Records what comes from `tap`, as `plan` says, until the handle is told to stop or the leg is closed. `on_end` is
    /// called on the thread of the recorder when the files are whole, or when one of them cannot be written: it must not block.
    pub fn record(
        &self,
        tap: Tap,
        plan: RecordingPlan,
        on_end: impl FnOnce(RecordingEnd) + Send + 'static,
    ) -> Recording {
        let number = self.next.fetch_add(1, Relaxed);
        let running = Running::new(tap, plan, Box::new(on_end));
        // The thread lives as long as this.
        let _ = self.orders.send(Order::Begin(number, Box::new(running)));
        Recording { number, orders: self.orders.clone() }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({} recordings so far)", self.next.load(Relaxed))
    }
}

/// A recording whose turns are taken by hand, to measure them.
pub(crate) struct Measured(Running);

impl Measured {
    pub(crate) fn new(tap: Tap, plan: RecordingPlan) -> Self {
        Self(Running::new(tap, plan, Box::new(|_| {})))
    }

    pub(crate) fn turn(&mut self, now: Instant) {
        self.0.advance(now);
    }
}

/// A recording that goes on, from [`Recorder::record`]. It goes on when this is dropped, until its leg is closed.
///
/// What it is told holds for what is said from that moment on.
#[derive(Clone)]
pub struct Recording {
    number: u64,
    orders: Sender<Order>,
}

impl Recording {
    /// Leaves out what is said, so that the file shows no gap, or goes on.
    pub fn pause(&self, paused: bool) {
        self.tell(Change::Paused(paused));
    }

    /// Puts silence in the place of one side, or records it again.
    pub fn mute(&self, side: Side, muted: bool) {
        self.tell(Change::Muted(side, muted));
    }

    /// Ends it.
    pub fn stop(&self) {
        self.stop_without(Duration::ZERO);
    }

    /// Ends it, and leaves out so much of the end: silence that was waited for.
    pub fn stop_without(&self, end: Duration) {
        self.tell(Change::End { without: end });
    }

    fn tell(&self, change: Change) {
        // A recorder that is gone has ended all recordings.
        let _ = self.orders.send(Order::Change(self.number, Instant::now(), change));
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recording({})", self.number)
    }
}

#[cfg(test)]
mod tests;
