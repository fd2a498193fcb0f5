//! Where contacts are kept: the embedded store today, one that several nodes share later.

use std::collections::{HashMap, HashSet};

use sip_ua::registrar::{Binding, BindingChange};

use super::error::StoreError;

/// Keeps contacts over restarts. A contact is known by its address of record and the text of its URI.
pub trait BindingStore: Send + 'static {
    /// All contacts in it, expired ones too.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    fn load(&mut self) -> Result<Vec<Binding>, StoreError>;

    /// Carries out all changes in their order, or none; when it returns they survive the end of the process.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written. Nothing has changed then, and it may be tried again.
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
    /// What makes a store that holds `before` hold `after`.
    ///
    /// The contacts themselves are compared, and not the registrar's account of what it did: to a registrar two
    /// spellings of one URI are the same contact, to a store they are two, and the older one would come back with the
    /// next start.
    pub(super) fn between(before: &[Binding], after: &[Binding]) -> Vec<Self> {
        let kept: HashSet<_> = after.iter().map(key).collect();
        let gone = before.iter().filter(|binding| !kept.contains(&key(binding))).map(Self::remove);
        let new = differing(after, before).into_iter().map(|binding| Self::Put(Box::new(binding)));
        gone.chain(new).collect()
    }

    /// The removals among changes of the registrar.
    pub(super) fn removals(changes: &[BindingChange]) -> Vec<Self> {
        let removed = |change: &BindingChange| match change {
            BindingChange::Removed { binding, .. } => Some(Self::remove(binding)),
            _ => None,
        };
        changes.iter().filter_map(removed).collect()
    }

    fn remove(binding: &Binding) -> Self {
        Self::Remove { aor: binding.aor.clone(), contact_uri: binding.contact_uri.clone() }
    }
}

/// Those of `these` that are not among `others` exactly as they are.
pub(super) fn differing(these: &[Binding], others: &[Binding]) -> Vec<Binding> {
    let others: HashMap<_, _> = others.iter().map(|binding| (key(binding), binding)).collect();
    these.iter().filter(|binding| others.get(&key(binding)) != Some(binding)).cloned().collect()
}

fn key(binding: &Binding) -> (&str, &str) {
    (&binding.aor, &binding.contact_uri)
}
