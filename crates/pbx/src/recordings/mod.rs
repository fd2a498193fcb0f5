//! Recordings of calls: those that go on, by channel, and what is done with their files afterwards.

mod command;
mod life;
mod request;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use call_control::Call;
use media_bridge::{MediaError, Recorder, Recording};
use tokio::sync::{Semaphore, watch};

pub use life::{BeginError, begin};
pub(crate) use life::{RoomRecording, begin_room};
pub use request::{Request, RequestError};
pub(crate) use request::{beep_interval, file_in};

/// Commands that run at the same time; more wait for their turn.
const COMMANDS: usize = 16;

/// How long an exchange that ends waits for files and commands.
const FINISHING: Duration = Duration::from_secs(2);

/// The recordings of an exchange.
pub struct Recordings {
    recorder: Recorder,
    running: Mutex<BTreeMap<u64, Entry>>,
    /// Recordings whose files are not finished, or whose commands wait.
    unfinished: watch::Sender<usize>,
    next: AtomicU64,
    /// Who may run a command.
    commands: Arc<Semaphore>,
}

/// A recording that goes on.
struct Entry {
    channel: String,
    recording: Recording,
    shown: RunningRecording,
}

/// What can be told of a recording that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningRecording {
    /// Its name, as `StopMixMonitor` takes it.
    pub id: String,
    /// The file with both sides, if there is one.
    pub file: Option<PathBuf>,
    /// The file with what the party says.
    pub receive: Option<PathBuf>,
    /// The file with what it hears.
    pub transmit: Option<PathBuf>,
}

impl Recordings {
    /// Starts the thread that writes.
    pub(crate) fn start() -> Result<Self, MediaError> {
        Ok(Self {
            recorder: Recorder::start()?,
            running: Mutex::default(),
            unfinished: watch::Sender::new(0),
            next: AtomicU64::new(1),
            commands: Arc::new(Semaphore::new(COMMANDS)),
        })
    }

    /// The thread that writes.
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The recordings of a channel, the oldest first.
    pub fn of(&self, call: &Call) -> Vec<RunningRecording> {
        let running = self.lock();
        let of_it = running.values().filter(|entry| entry.channel == call.name());
        of_it.map(|entry| entry.shown.clone()).collect()
    }

    /// Ends the recording of a channel that has this name; all of them without one. Returns how many that were.
    pub fn stop(&self, call: &Call, id: Option<&str>) -> usize {
        let running = self.lock();
        let wanted = |entry: &&Entry| {
            entry.channel == call.name() && id.is_none_or(|id| entry.shown.id.eq_ignore_ascii_case(id))
        };
        running.values().filter(wanted).map(|entry| entry.recording.stop()).count()
    }

    /// Waits until all that has ended is finished, or a while.
    pub(crate) async fn finish(&self) {
        let mut unfinished = self.unfinished.subscribe();
        let all = unfinished.wait_for(|count| *count == 0);
        // Commands may take as long as they like; they go on by themselves.
        let _ = tokio::time::timeout(FINISHING, all).await;
    }

    fn enter(&self, entry: impl FnOnce(String) -> Entry) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().insert(number, entry(format!("0x{number:x}")));
        self.unfinished.send_modify(|count| *count += 1);
        number
    }

    fn leave(&self, number: u64) {
        self.lock().remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
