//! The times of contacts on the disk. In memory they go by [steady time](crate::steady_time), which means nothing to the next
//! process; on the disk they go by the wall clock of the moment in which they are written.

use sip_ua::registrar::Binding;

use super::store::{BindingStore, StoredChange};
use super::{Clock, StoreError};
use crate::steady_time::moved;

/// A store with the times of the wall clock.
pub(super) struct Dated<S> {
    pub(super) store: S,
    /// The clock that contacts live by in memory.
    pub(super) steady: Clock,
    pub(super) wall: Clock,
}

impl<S: BindingStore> BindingStore for Dated<S> {
    /// What was stored, none of it for longer than it was granted: the clock may have been set back since.
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        let now = (self.steady)();
        let mut stored = self.store.load()?;
        for binding in &mut stored {
            let granted = binding.expires_at.duration_since(binding.refreshed_at).unwrap_or_default();
            binding.refreshed_at = binding.refreshed_at.min(now);
            binding.expires_at = binding.expires_at.min(now + granted);
        }
        Ok(stored)
    }

    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        let (steady, wall) = ((self.steady)(), (self.wall)());
        if moved(steady, steady, wall) == steady {
            return self.store.apply(changes);
        }
        let mut changes = changes.to_vec();
        for change in &mut changes {
            if let StoredChange::Put(binding) = change {
                binding.expires_at = moved(binding.expires_at, steady, wall);
                binding.refreshed_at = moved(binding.refreshed_at, steady, wall);
            }
        }
        self.store.apply(&changes)
    }

    fn flush(&mut self) {
        self.store.flush();
    }
}
