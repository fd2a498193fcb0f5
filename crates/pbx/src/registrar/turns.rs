//! One registration of an address of record at a time.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// Addresses of record that can be changed at the same time, at most. As many as go into one transaction.
const TURNS: usize = 256;

/// Lets changes of one address of record wait for each other, and those of others pass.
///
/// A change that could not be written is taken back to what was there before it. That is only right when nothing else
/// has changed the address meanwhile. The number is fixed, so that names cannot make it grow; two addresses that share a
/// turn wait for one another, which costs one transaction.
pub(super) struct Turns {
    turns: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { turns: (0..TURNS).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }

    /// Waits until it is the turn of `aor`; the turn ends when the guard is dropped. Holding one, ask for no other.
    pub(super) async fn of(&self, aor: &str) -> MutexGuard<'_, ()> {
        let hash = self.hasher.hash_one(aor);
        // The remainder is below 256, so nothing is lost on machines of any width.
        self.turns[(hash % TURNS as u64) as usize].lock().await
    }
}
