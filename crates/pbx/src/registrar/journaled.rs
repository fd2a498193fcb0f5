//! A store behind a journal: what changes is safe after one system call, and the store follows a second later.
//!
//! A phone that registers waits for no data base, and the thread of calls for no other thread. Of the changes of a contact
//! within that second the store sees the last one.
//!
//! A line goes to the memory in which the system keeps what it will write, which the end of the process does not touch. Only where
//! the system itself makes writers wait, for its disk is far behind, do registrations wait, and calls with them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sip_ua::registrar::Binding;

use super::error::StoreError;
use super::journal::Journal;
use super::store::{BindingStore, StoredChange};

/// How far the store may be behind.
const REST: Duration = Duration::from_secs(1);

/// Before a store that could not be written is tried again.
const BEFORE_TRYING_AGAIN: Duration = Duration::from_secs(5);

/// A store that is written by a thread of its own, behind a journal.
pub struct Journaled {
    shared: Arc<Shared>,
    /// What the store held when it was opened. Taken by the first who asks.
    stored: Option<Vec<Binding>>,
    /// Taken when it ends.
    keeper: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    journal: Journal,
    /// What the store does not have yet, oldest first.
    waiting: Vec<StoredChange>,
    /// The thread is at work on what waited.
    busy: bool,
    /// Somebody waits for the store, or this is the end: no rest.
    hurry: bool,
    ending: bool,
}

impl Journaled {
    /// Opens the journal in `folder`, and lets `store` take over what the process before this one has left in it.
    ///
    /// # Errors
    /// [`StoreError`] when journal or store cannot be used.
    pub fn open(folder: &Path, mut store: impl BindingStore) -> Result<Self, StoreError> {
        let (mut journal, left) = Journal::open(folder)?;
        if !left.is_empty() {
            store.apply(&latest(left))?;
        }
        journal.clear()?;
        let stored = store.load()?;
        let state = State { journal, waiting: Vec::new(), busy: false, hurry: false, ending: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let keeper = shared.clone();
        let named = thread::Builder::new().name("registrations".to_owned());
        let keeper = named.spawn(move || keeper.keep(store))?;
        Ok(Self { shared, stored: Some(stored), keeper: Some(keeper) })
    }
}

impl BindingStore for Journaled {
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        Ok(self.stored.take().unwrap_or_default())
    }

    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        let mut state = self.shared.lock();
        state.journal.append(changes)?;
        let first = state.waiting.is_empty();
        state.waiting.extend_from_slice(changes);
        drop(state);
        if first {
            self.shared.changed.notify_all();
        }
        Ok(())
    }

    fn flush(&mut self) {
        let mut state = self.shared.lock();
        state.hurry = true;
        self.shared.changed.notify_all();
        // A store that fails has been told of: nobody waits for that.
        while state.hurry && (state.busy || !state.waiting.is_empty()) {
            state = self.shared.wait(state);
        }
        state.hurry = false;
    }
}

impl Drop for Journaled {
    /// Waits until the store has everything, or cannot have it.
    fn drop(&mut self) {
        self.shared.lock().ending = true;
        self.shared.changed.notify_all();
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the store up to date until the end, and once more then.
    fn keep(&self, mut store: impl BindingStore) {
        let mut failed = false;
        let mut rest = REST;
        while let Some(changes) = self.gather(rest) {
            let result = store.apply(&changes);
            if let Err(error) = &result
                && !failed
            {
                tracing::error!("contacts are kept in their journal until the store can be written: {error}");
            }
            failed = result.is_err();
            rest = if failed { BEFORE_TRYING_AGAIN } else { REST };
            if !self.settle(failed.then_some(changes)) {
                return;
            }
        }
    }

    /// Waits until something has changed, and a little longer for what comes with it. `None` at the end.
    fn gather(&self, rest: Duration) -> Option<Vec<StoredChange>> {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.ending {
            state = self.wait(state);
        }
        if state.waiting.is_empty() {
            return None;
        }
        let restless = |state: &mut State| !state.hurry && !state.ending;
        let waited = self.changed.wait_timeout_while(state, rest, restless);
        (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.journal.turn();
        state.busy = true;
        let changes = std::mem::take(&mut state.waiting);
        drop(state);
        Some(latest(changes))
    }

    /// Notes what the store has not taken, if anything; false when there is no use in going on.
    fn settle(&self, left: Option<Vec<StoredChange>>) -> bool {
        let failed = left.is_some();
        let mut state = self.lock();
        state.busy = false;
        if let Some(changes) = left {
            let newer = std::mem::replace(&mut state.waiting, changes);
            state.waiting.extend(newer);
            state.hurry = false;
        } else if let Err(error) = state.journal.forget_older() {
            // It will be carried out once more.
            tracing::warn!("the journal of registrations cannot be emptied: {error}");
        }
        self.changed.notify_all();
        !(failed && state.ending)
    }
}

/// The last change of each contact. What became of one does not depend on another.
fn latest(changes: Vec<StoredChange>) -> Vec<StoredChange> {
    let mut last = HashMap::with_capacity(changes.len());
    for (at, change) in changes.iter().enumerate() {
        last.insert(change.contact(), at);
    }
    let kept: Vec<bool> =
        changes.iter().enumerate().map(|(at, c)| last.get(&c.contact()) == Some(&at)).collect();
    changes.into_iter().zip(kept).filter_map(|(change, kept)| kept.then_some(change)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::registrar::store::testing::removal;

    /// Reports each transaction, and carries it out when it is told how it ends.
    struct Gate {
        begun: Sender<Vec<String>>,
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

    fn gated(folder: &Path) -> (Journaled, Receiver<Vec<String>>, Sender<bool>) {
        let (begun, transactions) = channel();
        let (ends, end) = channel();
        (Journaled::open(folder, Gate { begun, end }).unwrap(), transactions, ends)
    }

    fn left(folder: &Path) -> u64 {
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    }

    #[test]
    fn what_changes_while_the_store_is_written_is_in_its_next_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, transactions, ends) = gated(folder.path());
        store.apply(&[removal("a"), removal("b"), removal("a")]).unwrap();
        store.shared.lock().hurry = true;
        store.shared.changed.notify_all();
        assert_eq!(transactions.recv().unwrap(), ["b", "a"]);
        store.apply(&[removal("b")]).unwrap();
        ends.send(true).unwrap();
        ends.send(true).unwrap();
        drop(store);
        assert_eq!(transactions.try_iter().collect::<Vec<_>>(), [["b"]]);
        assert_eq!(left(folder.path()), 0);
    }

    #[test]
    fn what_the_store_did_not_take_is_in_the_journal_for_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, transactions, ends) = gated(folder.path());
        store.apply(&[removal("a")]).unwrap();
        ends.send(false).unwrap();
        store.flush();
        store.apply(&[removal("b"), removal("a")]).unwrap();
        ends.send(false).unwrap();
        drop(store);
        assert_eq!(transactions.try_iter().collect::<Vec<_>>(), [vec!["a"], vec!["b", "a"]]);
        let (begun, transactions) = channel();
        let (ends, end) = channel();
        ends.send(true).unwrap();
        drop(Journaled::open(folder.path(), Gate { begun, end }).unwrap());
        assert_eq!(transactions.try_iter().collect::<Vec<_>>(), [["b", "a"]]);
        assert_eq!(left(folder.path()), 0);
    }

    #[test]
    fn a_store_that_can_be_written_again_gets_everything() {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, transactions, ends) = gated(folder.path());
        store.apply(&[removal("a")]).unwrap();
        ends.send(false).unwrap();
        store.flush();
        store.apply(&[removal("b")]).unwrap();
        ends.send(true).unwrap();
        store.flush();
        assert_eq!(transactions.try_iter().collect::<Vec<_>>(), [vec!["a"], vec!["a", "b"]]);
        store.apply(&[removal("c")]).unwrap();
        ends.send(true).unwrap();
        store.flush();
        assert_eq!(left(folder.path()), 0);
    }
}
