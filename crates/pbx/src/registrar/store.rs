//! Where contacts are kept: the embedded store today, one that several nodes share later.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use foldhash::fast::RandomState;
use sip_ua::registrar::{Binding, BindingChange};

use super::error::StoreError;

/// Keeps contacts over restarts. A contact is known by its address of record, the text of its URI, and its [`slot`].
pub trait BindingStore: Send + 'static {
    /// All contacts in it, expired ones too.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    fn load(&mut self) -> Result<Vec<Binding>, StoreError>;

    /// Carries out all changes in their order, or none; when it returns they survive the end of the process. Calls wait
    /// for it: a store that takes its time belongs behind a journal ([`Journaled`](super::Journaled)).
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written. Nothing has changed then, and it may be tried again.
    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError>;

    /// Waits until what was put off is done, where anything is.
    fn flush(&mut self) {}
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
        let kept: HashSet<_, RandomState> = after.iter().map(key).collect();
        let gone = before.iter().filter(|binding| !kept.contains(&key(binding))).map(Self::remove);
        let new = differing(after, before).into_iter().map(|binding| Self::Put(Box::new(binding)));
        gone.chain(new).collect()
    }

    /// The same for the few contacts of one address of record: those that are not as they were, and what there is instead.
    pub(super) fn instead_of(gone: &[Binding], new: Vec<Binding>) -> Vec<Self> {
        let lost = gone.iter().filter(|binding| !new.iter().any(|new| key(new) == key(binding)));
        let removed: Vec<Self> = lost.map(Self::remove).collect();
        removed.into_iter().chain(new.into_iter().map(|binding| Self::Put(Box::new(binding)))).collect()
    }

    /// The contact that is there, if it is not a removal.
    pub(super) fn put(&self) -> Option<&Binding> {
        match self {
            Self::Put(binding) => Some(binding),
            Self::Remove { .. } => None,
        }
    }

    /// The removals among changes of the registrar.
    pub(super) fn removals(changes: &[BindingChange]) -> Vec<Self> {
        let removed = |change: &BindingChange| match change {
            BindingChange::Removed { binding, .. } => Some(Self::remove(binding)),
            _ => None,
        };
        changes.iter().filter_map(removed).collect()
    }

    /// Which contact it is about: its address of record, its URI, and its [`slot`].
    pub(super) fn contact(&self) -> (&str, &str, Cow<'_, str>) {
        match self {
            Self::Put(binding) => (&binding.aor, &binding.contact_uri, slot(binding).into()),
            Self::Remove { aor, contact_uri, slot } => (aor, contact_uri, slot.into()),
        }
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
fn differing(these: &[Binding], others: &[Binding]) -> Vec<Binding> {
    let others: HashMap<_, _, RandomState> = others.iter().map(|binding| (key(binding), binding)).collect();
    these.iter().filter(|binding| others.get(&key(binding)) != Some(binding)).cloned().collect()
}

fn key(binding: &Binding) -> (&str, &str, Option<(&str, u32)>) {
    (&binding.aor, &binding.contact_uri, binding.outbound())
}

/// What tells two flows of one phone apart whose Contacts are the same (RFC 5626); empty for a phone without flows.
pub fn slot(binding: &Binding) -> String {
    binding.outbound().map(|(instance, reg_id)| format!("{reg_id} {instance}")).unwrap_or_default()
}

/// Milliseconds since 1970.
pub(super) fn millis(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

#[cfg(test)]
pub(super) mod testing {
    //! Contacts and changes for tests.

    use std::net::SocketAddr;

    use proptest::prelude::*;
    use sip_ua::transport::{Flow, Protocol};

    use super::*;

    fn address() -> impl Strategy<Value = SocketAddr> {
        // Scopes and flow labels mean something on one machine only, and only for as long as it is up.
        (any::<std::net::IpAddr>(), any::<u16>()).prop_map(SocketAddr::from)
    }

    fn flow() -> impl Strategy<Value = Flow> {
        let protocol = prop::sample::select(vec![
            Protocol::Udp,
            Protocol::Tcp,
            Protocol::Tls,
            Protocol::Ws,
            Protocol::Wss,
        ]);
        (protocol, address(), address())
            .prop_map(|(protocol, local, remote)| Flow::new(protocol, local, remote))
    }

    prop_compose! {
        pub(in crate::registrar) fn any_binding()(
            (aor, contact_uri, call_id) in (".*", ".*", ".*"),
            (expires, refreshed) in (0..1_i64 << 50, 0..1_i64 << 50),
            (cseq, q) in (any::<u32>(), 0..=1000_u16),
            flow in flow(),
            user_agent in prop::option::of(".*"),
            received in prop::option::of(address()),
            path in prop::collection::vec("<sip:[!-~]{1,20}>", 0..4),
            (instance, reg_id) in (prop::option::of("urn:.*"), prop::option::of(any::<u32>())),
        ) -> Binding {
            let (expires_at, refreshed_at) = (moment(expires), moment(refreshed));
            let reg_id = reg_id.filter(|_| instance.is_some());
            Binding {
                aor, contact_uri, expires_at, refreshed_at, call_id, cseq, q, flow, user_agent, received, path, instance,
                reg_id,
            }
        }
    }

    /// The contact of that URI is gone.
    pub(in crate::registrar) fn removal(uri: &str) -> StoredChange {
        StoredChange::Remove { aor: "100".to_owned(), contact_uri: uri.to_owned(), slot: String::new() }
    }

    pub(in crate::registrar) fn any_change() -> impl Strategy<Value = StoredChange> {
        let removed = (".*", ".*", ".*");
        let removed =
            removed.prop_map(|(aor, contact_uri, slot)| StoredChange::Remove { aor, contact_uri, slot });
        prop_oneof![any_binding().prop_map(|binding| StoredChange::Put(Box::new(binding))), removed]
    }
}
