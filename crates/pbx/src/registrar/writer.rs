//! The thread that writes the store: what comes while it writes goes into its next transaction together.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::oneshot;

use super::error::StoreError;
use super::store::{BindingStore, StoredChange};

/// Requests that go into one transaction at most.
const BATCH: usize = 256;

/// The way to the thread. It ends, with all that was asked for written, when this is dropped.
pub(super) struct Writer {
    jobs: Sender<Job>,
}

/// Changes of one request, and who waits for them.
struct Job {
    changes: Vec<StoredChange>,
    done: oneshot::Sender<bool>,
}

impl Writer {
    pub(super) fn start(store: impl BindingStore) -> Result<Self, StoreError> {
        // Not bounded itself: each job belongs to a REGISTER transaction, whose number is.
        let (jobs, queue) = channel();
        thread::Builder::new().name("registrations".to_owned()).spawn(move || run(store, &queue))?;
        Ok(Self { jobs })
    }

    /// Resolves once the changes are on the disk.
    pub(super) async fn write(&self, changes: Vec<StoredChange>) -> Result<(), StoreError> {
        let (done, written) = oneshot::channel();
        self.jobs.send(Job { changes, done }).map_err(|_| StoreError::Closed)?;
        match written.await {
            Ok(true) => Ok(()),
            _ => Err(StoreError::Closed),
        }
    }
}

fn run(mut store: impl BindingStore, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(BATCH - 1));
        let changes: Vec<StoredChange> = batch.iter().flat_map(|job| job.changes.clone()).collect();
        let result = if changes.is_empty() { Ok(()) } else { store.apply(&changes) };
        if let Err(error) = &result {
            tracing::error!("registrations are refused: {error}");
        }
        for job in batch {
            // Who does not wait any more does not mind.
            let _ = job.done.send(result.is_ok());
        }
    }
}
