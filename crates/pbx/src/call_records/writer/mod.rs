//! The thread that writes records. Calls never wait for it: they put a record into a queue and go on.
//!
//! What comes while it writes goes out together next (group commit). A record is given to the system at once, and so
//! outlives the end of the process; it is on the disk at once as well. In a rush those of two thousandths of a second are
//! given to the system together, and to the disk once a second. A
//! place that cannot be written keeps its records in memory, up to a bound, and gets them in order as soon as it can;
//! places do not wait for each other's problems, but for each other's disks.

mod csv;
mod custom;
mod lines;
mod queue;
mod shelf;
mod sqlite;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use queue::{Errand, Queue};
use shelf::Shelf;
use tokio::sync::oneshot;

use super::record::CallRecord;
use crate::configuration::{CallRecordsConfiguration, RecordBatch};

/// Most records that wait for one place. What comes then is lost, and counted.
const MOST_WAITING: usize = 100_000;

/// What is written is on the disk so much later at most. To wait for the disk after each of many records costs more than
/// the rest of a call.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// In a rush, records of so long are written together: to wake for each costs more than to write it. A kill of the process takes
/// those that wait.
const GATHER: Duration = Duration::from_millis(2);

/// Where records are written.
pub(super) trait RecordStore: Send {
    /// What it is, for people: the name of a file.
    fn place(&self) -> String;

    /// Writes all of them: when it comes back they outlive the end of this process.
    ///
    /// # Errors
    /// A sentence that says what to do. None of them was written then.
    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String>;

    /// Has what was written on the disk, so that it outlives a loss of power.
    ///
    /// # Errors
    /// A sentence that says what to do.
    fn sync(&mut self) -> Result<(), String> {
        Ok(())
    }
}

/// Tells people of what goes wrong.
pub(super) type Tell = Box<dyn Fn(String) + Send>;

/// The way to the thread, which ends, with all that it can write written, when this is dropped.
pub(super) struct RecordWriter {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    rung: Condvar,
    written: AtomicU64,
    lost: AtomicU64,
    /// Records that wait for a place that cannot be written.
    stuck: AtomicUsize,
}

/// What `cdr show status` tells of the writer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterCounts {
    /// Records that wait to be written.
    pub waiting: usize,
    /// Records that were written.
    pub written: u64,
    /// Records that found no room, for nothing could be written.
    pub lost: u64,
}

impl RecordWriter {
    /// Starts the thread, with no place to write to yet.
    pub(super) fn start(tell: Tell) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            rung: Condvar::new(),
            written: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            stuck: AtomicUsize::new(0),
        });
        let own = shared.clone();
        let thread = thread::Builder::new().name("call-records".to_owned());
        thread.spawn(move || {
            let desk =
                Desk { tell, shared: own, shelves: Vec::new(), written: None, synced: None, sync_at: None };
            desk.run();
        })?;
        Ok(Self { shared })
    }

    /// Writes to other places from now on. What waits goes there.
    pub(super) fn follow(&self, stores: Vec<Box<dyn RecordStore>>, batch: Option<RecordBatch>) {
        let mut queue = self.shared.lock();
        queue.stores = Some(stores);
        queue.batch = batch;
        self.shared.rung.notify_one();
    }

    /// Puts a record into the queue.
    pub(super) fn write(&self, record: Arc<CallRecord>) {
        let mut queue = self.shared.lock();
        if queue.records.len() >= MOST_WAITING {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let must_wake = queue.push(record);
        // It would wake to find the queue still held.
        drop(queue);
        if must_wake {
            self.shared.rung.notify_one();
        }
    }

    /// Has what waits written now, also that of a batch.
    pub(super) fn submit(&self) {
        let mut queue = self.shared.lock();
        queue.submit = !queue.records.is_empty();
        self.shared.rung.notify_one();
    }

    /// The same; resolves when it is written, or cannot be.
    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.shared.lock().flushes.push(done);
        self.shared.rung.notify_one();
        // A thread that has ended waits for nobody.
        let _ = flushed.await;
    }

    pub(super) fn counts(&self) -> WriterCounts {
        WriterCounts {
            waiting: self.shared.lock().records.len() + self.shared.stuck.load(Ordering::Relaxed),
            written: self.shared.written.load(Ordering::Relaxed),
            lost: self.shared.lost.load(Ordering::Relaxed),
        }
    }
}

impl Drop for RecordWriter {
    fn drop(&mut self) {
        self.shared.lock().ends = true;
        // The thread is not waited for: a disk that hangs must not hold the end of the exchange up. Whoever wants to wait
        // has flushed.
        self.shared.rung.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread.
struct Desk {
    tell: Tell,
    shared: Arc<Shared>,
    shelves: Vec<Shelf>,
    /// When something was last written.
    written: Option<Instant>,
    /// When the disk was last waited for.
    synced: Option<Instant>,
    /// When it is to be waited for, as there is something new.
    sync_at: Option<Instant>,
}

impl Desk {
    fn run(mut self) {
        loop {
            let errand = self.next_errand();
            if let Some(stores) = errand.stores {
                self.move_to(stores);
            }
            for shelf in &mut self.shelves {
                let room = MOST_WAITING.saturating_sub(shelf.waiting.len());
                shelf.waiting.extend(errand.records.iter().take(room).cloned());
                let lost = errand.records.len().saturating_sub(room);
                self.shared.lost.fetch_add(u64::try_from(lost).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
            let urgent = errand.ends || !errand.flushes.is_empty();
            let written = self.shelves.iter_mut().map(|shelf| shelf.write(&self.tell, urgent));
            // The file that there is in any case.
            let written = written.collect::<Vec<_>>().first().copied().unwrap_or_default();
            self.shared.written.fetch_add(u64::try_from(written).unwrap_or(u64::MAX), Ordering::Relaxed);
            if written > 0 {
                let now = Instant::now();
                if self.is_rush(written, now) {
                    self.shared.lock().gather_until(now + GATHER);
                }
                self.written = Some(now);
                let soonest = self.synced.map_or(now, |synced| (synced + SYNC_EVERY).max(now));
                self.sync_at.get_or_insert(soonest);
            }
            self.sync(urgent);
            let stuck = self.shelves.iter().map(|shelf| shelf.waiting.len()).max().unwrap_or_default();
            self.shared.stuck.store(stuck, Ordering::Relaxed);
            for flush in errand.flushes {
                // Who does not wait any more does not mind.
                let _ = flush.send(());
            }
            if errand.ends {
                return;
            }
        }
    }

    /// Whether what was written `now` shows that more will follow within moments.
    fn is_rush(&self, records: usize, now: Instant) -> bool {
        records > 1 || self.written.is_some_and(|before| now < before + GATHER)
    }

    /// Waits for the disk, when it is time to.
    fn sync(&mut self, urgent: bool) {
        if !self.sync_at.is_some_and(|at| urgent || at <= Instant::now()) {
            return;
        }
        self.sync_at = None;
        for shelf in &mut self.shelves {
            if let Err(problem) = shelf.store.sync() {
                let place = shelf.store.place();
                (self.tell)(format!("{place}: call records may not outlive a loss of power: {problem}"));
            }
        }
        self.synced = Some(Instant::now());
    }

    /// Waits until there is something to do.
    fn next_errand(&self) -> Errand {
        let mut queue = self.shared.lock();
        loop {
            let rest = queue.rest([self.retry_at(), self.sync_at].into_iter().flatten().min());
            if rest == Some(Duration::ZERO) {
                return queue.take();
            }
            let rung = &self.shared.rung;
            queue = match rest {
                None => rung.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Some(rest) => rung.wait_timeout(queue, rest).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    /// When a place that is stuck is to be tried again.
    fn retry_at(&self) -> Option<Instant> {
        let waits = self.shelves.iter().filter(|shelf| !shelf.waiting.is_empty());
        waits.map(|shelf| shelf.stuck.map_or_else(Instant::now, |(again, _)| again)).min()
    }

    /// Goes on with other places; what waits for one that stays goes on waiting for it.
    fn move_to(&mut self, stores: Vec<Box<dyn RecordStore>>) {
        self.sync(true);
        let mut old = std::mem::take(&mut self.shelves);
        for store in stores {
            let place = store.place();
            let kept =
                old.iter().position(|shelf| shelf.store.place() == place).map(|n| old.swap_remove(n).waiting);
            self.shelves.push(Shelf { store, waiting: kept.unwrap_or_default(), stuck: None });
        }
        let lost = old.iter().map(|shelf| shelf.waiting.len()).sum::<usize>();
        self.shared.lost.fetch_add(u64::try_from(lost).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The places that the configuration names, below the folder of logs.
pub(super) fn stores_of(configuration: &CallRecordsConfiguration, logs: &Path) -> Vec<Box<dyn RecordStore>> {
    if !configuration.rules.enabled {
        return Vec::new();
    }
    let mut stores: Vec<Box<dyn RecordStore>> =
        vec![Box::new(csv::MasterCsv::new(logs.join("cdr-csv"), configuration.csv.clone()))];
    for (file, template) in &configuration.custom {
        stores.push(Box::new(custom::CustomFile::new(logs.join("cdr-custom").join(file), template.clone())));
    }
    if let Some(table) = &configuration.sqlite {
        stores.push(Box::new(sqlite::SqliteTable::new(logs.join("master.db"), table.clone())));
    }
    stores
}
