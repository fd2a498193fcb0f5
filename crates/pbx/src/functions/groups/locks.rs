//! Which channel holds which lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use call_control::Call;
use tokio::sync::Notify;

/// Most locks that are held at a time: their names may be made of what callers say.
const MOST: usize = 10_000;

/// The locks that are held, each with the unique id of its channel.
#[derive(Default)]
pub(crate) struct Locks {
    held: Mutex<HashMap<String, String>>,
    /// Rung when a lock was let go.
    freed: Notify,
}

impl Locks {
    /// Takes a lock for a channel, unless another one holds it. One that it holds already it holds on to.
    pub(super) fn take(self: &Arc<Self>, call: &Call, name: &str) -> bool {
        let kept = call.keep::<Holdings>();
        let _ = kept.held_in.set(self.clone());
        let mut held = self.held();
        match held.get(name) {
            Some(holder) => holder == call.unique_id(),
            None if held.len() >= MOST => false,
            None => {
                held.insert(name.to_owned(), call.unique_id().to_owned());
                kept.names().push(name.to_owned());
                true
            }
        }
    }

    /// Waits until a lock can be taken, and takes it.
    pub(super) async fn wait(self: &Arc<Self>, call: &Call, name: &str) {
        loop {
            // Before the look, so that nothing is missed in between.
            let freed = self.freed.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            if self.take(call, name) {
                return;
            }
            freed.await;
        }
    }

    /// Lets a lock go that the channel holds; answers whether it did.
    pub(super) fn release(&self, call: &Call, name: &str) -> bool {
        let Some(kept) = call.kept::<Holdings>() else { return false };
        let mut names = kept.names();
        let Some(at) = names.iter().position(|held| held == name) else { return false };
        names.swap_remove(at);
        drop(names);
        self.let_go(std::iter::once(name));
        true
    }

    fn let_go<'a>(&self, names: impl Iterator<Item = &'a str>) {
        {
            let mut held = self.held();
            for name in names {
                held.remove(name);
            }
        }
        self.freed.notify_waiters();
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one channel holds, until it goes.
#[derive(Default)]
struct Holdings {
    names: Mutex<Vec<String>>,
    held_in: OnceLock<Arc<Locks>>,
}

impl Holdings {
    fn names(&self) -> MutexGuard<'_, Vec<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Holdings {
    fn drop(&mut self) {
        if let Some(locks) = self.held_in.get() {
            locks.let_go(self.names().iter().map(String::as_str));
        }
    }
}
