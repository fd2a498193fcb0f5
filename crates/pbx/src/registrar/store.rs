//! Where contacts are kept: the embedded store today, one that several nodes share later.

use std::collections::{HashMap, HashSet};

use sip_ua::registrar::{Binding, BindingChange};

use super::error::StoreError;

/// Keeps contacts over restarts. A contact is known by its address of record, the text of its URI, and its [`slot`].
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
        /// Its flow, as [`slot`] writes it.
        slot: String,
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
        Self::Remove {
            aor: binding.aor.clone(),
            contact_uri: binding.contact_uri.clone(),
            slot: slot(binding),
        }
    }
}

/// Those of `these` that are not among `others` exactly as they are.
pub(super) fn differing(these: &[Binding], others: &[Binding]) -> Vec<Binding> {
    let others: HashMap<_, _> = others.iter().map(|binding| (key(binding), binding)).collect();
    these.iter().filter(|binding| others.get(&key(binding)) != Some(binding)).cloned().collect()
}

fn key(binding: &Binding) -> (&str, &str, Option<(&str, u32)>) {
    (&binding.aor, &binding.contact_uri, binding.outbound())
}

/// What tells two flows of one phone apart whose Contacts are the same (RFC 5626); empty for a phone without flows.
pub fn slot(binding: &Binding) -> String {
    binding.outbound().map(|(instance, reg_id)| format!("{reg_id} {instance}")).unwrap_or_default()
}
