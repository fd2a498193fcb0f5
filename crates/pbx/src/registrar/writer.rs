//! The thread that writes the store: what comes while it writes goes into its next transaction together.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::{mem, thread};

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

/// Changes that are on their way. Who does not care how they end may drop it.
pub(super) struct Pending(oneshot::Receiver<bool>);

impl Writer {
    pub(super) fn start(store: impl BindingStore) -> Result<Self, StoreError> {
        // Not bounded itself: each job belongs to a REGISTER transaction, whose number is.
        let (jobs, queue) = channel();
        thread::Builder::new().name("registrations".to_owned()).spawn(move || run(store, &queue))?;
        Ok(Self { jobs })
    }

    /// Puts changes into the queue, which keeps the order of the calls. Does not wait.
    pub(super) fn submit(&self, changes: Vec<StoredChange>) -> Pending {
        let (done, written) = oneshot::channel();
        // Where the thread is gone, the sender goes with the job, and that says it.
        let _ = self.jobs.send(Job { changes, done });
        Pending(written)
    }
}

impl Pending {
    /// Resolves when the changes are on the disk, or cannot be: `false`, and the log says why.
    pub(super) async fn written(self) -> bool {
        self.0.await.unwrap_or_else(|_| {
            tracing::error!("registrations are refused: the thread that writes them has ended; restart");
            false
        })
    }
}

fn run(mut store: impl BindingStore, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(BATCH - 1));
        let changes: Vec<_> = batch.iter_mut().flat_map(|job| mem::take(&mut job.changes)).collect();
        let result = if changes.is_empty() { Ok(()) } else { store.apply(&changes) };
        if let Err(error) = &result {
            tracing::error!("changes of {} contacts are lost: {error}", changes.len());
        }
        for job in batch {
            // Who does not wait any more does not mind.
            let _ = job.done.send(result.is_ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::SyncSender;

    use sip_ua::registrar::Binding;

    use super::*;

    /// Reports each transaction, and carries it out when it is told how it ends.
    struct Gate {
        begun: SyncSender<Vec<String>>,
        end: Receiver<bool>,
    }

    impl BindingStore for Gate {
        fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
            Ok(Vec::new())
        }

        fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
            let names = changes.iter().map(|change| match change {
                StoredChange::Put(binding) => binding.contact_uri.clone(),
                StoredChange::Remove { contact_uri, .. } => contact_uri.clone(),
            });
            self.begun.send(names.collect()).unwrap();
            let good = self.end.recv().unwrap();
            good.then_some(()).ok_or_else(|| StoreError::Unreachable("closed".to_owned()))
        }
    }

    fn gated() -> (Writer, Receiver<Vec<String>>, Sender<bool>) {
        let (begun, transactions) = std::sync::mpsc::sync_channel(100);
        let (ends, end) = channel();
        (Writer::start(Gate { begun, end }).unwrap(), transactions, ends)
    }

    fn removal(name: usize) -> Vec<StoredChange> {
        vec![StoredChange::Remove {
            aor: "100".to_owned(),
            contact_uri: name.to_string(),
            slot: String::new(),
        }]
    }

    #[tokio::test]
    async fn what_comes_during_a_transaction_is_in_the_next_one_in_order() {
        let (writer, transactions, ends) = gated();
        let first = writer.submit(removal(0));
        assert_eq!(transactions.recv().unwrap(), ["0"]);
        let more: Vec<_> = (1..=BATCH + 1).map(|name| writer.submit(removal(name))).collect();
        let flushed = writer.submit(Vec::new());
        ends.send(true).unwrap();
        assert!(first.written().await);
        let second = transactions.recv().unwrap();
        assert!(second.iter().map(|name| name.parse::<usize>().unwrap()).eq(1..=BATCH));
        ends.send(false).unwrap();
        assert_eq!(transactions.recv().unwrap(), [(BATCH + 1).to_string()]);
        ends.send(true).unwrap();
        let mut written = Vec::new();
        for pending in more {
            written.push(pending.written().await);
        }
        // A transaction that fails takes its own requests with it, and no other.
        assert!(written[..BATCH].iter().all(|written| !written));
        assert!(written[BATCH] && flushed.written().await);
    }

    #[tokio::test]
    async fn what_was_asked_for_is_written_after_the_last_handle_is_gone() {
        let (writer, transactions, ends) = gated();
        let first = writer.submit(removal(0));
        assert_eq!(transactions.recv().unwrap(), ["0"]);
        let second = writer.submit(removal(1));
        drop(writer);
        ends.send(true).unwrap();
        ends.send(true).unwrap();
        assert!(first.written().await && second.written().await);
    }

    #[tokio::test]
    async fn a_thread_that_ended_is_a_failure() {
        let (writer, transactions, ends) = gated();
        drop((transactions, ends));
        // The gate has lost its ends and panics.
        assert!(!writer.submit(removal(0)).written().await);
    }
}
