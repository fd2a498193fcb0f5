//! Where contacts are kept: the embedded store today, one that several nodes share later.

use sip_ua::registrar::{Binding, BindingChange};

use super::error::StoreError;

/// Keeps contacts over restarts.
pub trait BindingStore: Send + 'static {
    /// All contacts in it, expired ones too.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    fn load(&mut self) -> Result<Vec<Binding>, StoreError>;

    /// Carries out all changes or none; when it returns they survive the end of the process.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written. Nothing has changed then.
    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError>;
}

/// A change as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredChange {
    /// A contact is there, with these values.
    Put(Box<Binding>),
    /// The contact of that address of record is gone.
    Remove {
        /// The address of record.
        aor: String,
        /// Its contact's URI.
        contact_uri: String,
    },
}

impl StoredChange {
    /// What a change of the registrar means for the store.
    pub(super) fn of(change: &BindingChange) -> Self {
        match change {
            BindingChange::Removed { binding, .. } => Self::remove(binding),
            BindingChange::Added(binding) | BindingChange::Refreshed(binding) => {
                Self::Put(Box::new(binding.clone()))
            }
            // The registrar has no other changes; a new kind would be put or removed by its own rule here.
            _ => Self::Remove { aor: String::new(), contact_uri: String::new() },
        }
    }

    pub(super) fn remove(binding: &Binding) -> Self {
        Self::Remove { aor: binding.aor.clone(), contact_uri: binding.contact_uri.clone() }
    }
}
