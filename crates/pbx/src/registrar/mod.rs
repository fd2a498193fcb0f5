//! The registered contacts of an exchange: in memory for calls, on the disk for the next start.
//!
//! A REGISTER changes the table in memory and a journal on the disk, and is answered then: what was acknowledged survives
//! `kill -9`. A thread brings the store itself up to date once a second (`journaled.rs`), so hundreds of phones that
//! register in one second cost one transaction.
//!
//! Two rules keep memory and disk the same:
//! - Changes are written under the lock of the table, so both see them in one order; one that cannot be written is taken
//!   back before anybody else sees it.
//! - What is written is how the contacts of the address differ from before, not what the registrar says it did.

mod dated;
mod error;
mod event;
mod expiry;
#[doc(hidden)]
pub mod fuzzing;
mod journal;
mod journaled;
mod sqlite;
mod store;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sip_parser::Message;
use sip_ua::registrar::{AorPolicy, Binding, BindingChange, Gruu, RegisterError, RegisterOutcome, Registrar};
use sip_ua::transport::Flow;
use tokio::sync::Notify;

use crate::registration::own_words;
use crate::{sqlite_file, steady_time};
use dated::Dated;
pub use error::StoreError;
pub use event::ContactEvent;
pub use journaled::Journaled;
pub use sqlite::SqliteBindings;
pub(crate) use sqlite::choose_journal;
pub use store::{BindingStore, StoredChange, slot};

/// Told of each contact that comes, goes or is refreshed. It must return at once.
pub type OnChange = Box<dyn Fn(ContactEvent) + Send + Sync>;

/// Tells the time.
type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// The contacts of all addresses of record.
pub struct Registrations {
    contacts: Mutex<Contacts>,
    on_change: OnChange,
    clock: Clock,
    /// Rung when a contact ends sooner than all others.
    sooner: Arc<Notify>,
}

/// The contacts, and where they are kept.
struct Contacts {
    table: Registrar,
    /// Until the end.
    store: Option<Box<dyn BindingStore>>,
}

impl Registrations {
    /// Opens the store in `folder`, takes over what is still valid in it, and begins to expire contacts on the current
    /// tokio runtime.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be opened or read.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open(folder: &Path, on_change: OnChange) -> Result<Arc<Self>, StoreError> {
        let (machine, own) = own_words(folder);
        let table = Registrar::with_key(&[&machine, &own]);
        let open = || Journaled::open(folder, SqliteBindings::open(folder)?);
        let store = match open() {
            // Phones register again; an exchange that does not start helps none of them.
            Err(StoreError::Damaged { path, source }) if sqlite_file::put_aside(&path, &source) => open(),
            opened => opened,
        }?;
        Self::with_table(table, dated(store), on_change, Box::new(steady_time::now))
    }

    /// The same over another kind of store.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn with_store(store: impl BindingStore, on_change: OnChange) -> Result<Arc<Self>, StoreError> {
        Self::with_clock(dated(store), on_change, Box::new(steady_time::now))
    }

    fn with_clock(
        store: impl BindingStore,
        on_change: OnChange,
        clock: Clock,
    ) -> Result<Arc<Self>, StoreError> {
        Self::with_table(Registrar::new(), store, on_change, clock)
    }

    fn with_table(
        mut table: Registrar,
        mut store: impl BindingStore,
        on_change: OnChange,
        clock: Clock,
    ) -> Result<Arc<Self>, StoreError> {
        let mut stored = store.load()?;
        // Of two spellings of one contact the later registration counts.
        stored.sort_by_key(|binding| binding.refreshed_at);
        let now = clock();
        // No connection outlives the process that had it.
        let is_there = |binding: &&Binding| !binding.is_expired(now) && binding.connection().is_none();
        table.restore(stored.iter().filter(is_there).cloned());
        let valid: Vec<Binding> = table.bindings().cloned().collect();
        let mut contacts = Contacts { table, store: Some(Box::new(store)) };
        // An exchange takes calls even where the disk is full: rows that cannot be removed are harmless, the next start
        // passes over them again.
        contacts.remove_from_store(StoredChange::between(&stored, &valid));
        let (contacts, sooner) = (Mutex::new(contacts), Arc::new(Notify::new()));
        let registrations = Arc::new(Self { contacts, on_change, clock, sooner });
        tokio::spawn(expiry::run(Arc::downgrade(&registrations)));
        Ok(registrations)
    }

    /// Carries out a REGISTER whose sender is proven. When it returns the change is on the disk; with the headers of the
    /// 200.
    ///
    /// # Errors
    /// What to refuse with: what the request deserves, or 500 when the store cannot be written; then nothing has
    /// changed.
    pub fn register(
        &self,
        aor: &str,
        policy: AorPolicy,
        request: &Message,
        flow: &Flow,
    ) -> Result<Vec<(String, String)>, RefusedRegistration> {
        let now = (self.clock)();
        let registered = self.with(|contacts| contacts.register(now, aor, policy, request, flow));
        let outcome = registered.inspect_err(|refused| {
            tracing::debug!("the registration of '{aor}' from {} is refused: {}", flow.remote, refused.why);
        })?;
        self.tell(&outcome.changes, now);
        Ok(outcome.headers)
    }

    /// Where an address of record can be reached, the preferred contact first, and of equals the one seen last: it is the
    /// likeliest to be there.
    pub fn contacts(&self, aor: &str) -> Vec<Binding> {
        let now = (self.clock)();
        self.with(|Contacts { table, .. }| {
            table.contacts(aor).into_iter().filter(|binding| !binding.is_expired(now)).cloned().collect()
        })
    }

    /// The address of record and the instance that a GRUU names (RFC 5627), while that instance is registered.
    pub fn instance(&self, gruu: &Gruu) -> Option<(String, String)> {
        self.with(|Contacts { table, .. }| {
            let found = table.instance(gruu);
            let binding = found.first()?;
            Some((binding.aor.clone(), binding.instance.clone()?))
        })
    }

    /// All contacts, by address of record.
    pub fn all(&self) -> Vec<Binding> {
        let now = (self.clock)();
        let live = |contacts: &mut Contacts| {
            contacts.table.bindings().filter(|b| !b.is_expired(now)).cloned().collect()
        };
        let mut all: Vec<Binding> = self.with(live);
        all.sort_by(|a, b| (&a.aor, &a.contact_uri).cmp(&(&b.aor, &b.contact_uri)));
        all
    }

    /// Drops the contacts of addresses of record that do not exist any more.
    pub fn follow(&self, existing: &HashSet<String>) {
        self.end(|table| {
            let aors = table.bindings().map(|binding| &binding.aor);
            let gone: BTreeSet<String> = aors.filter(|aor| !existing.contains(*aor)).cloned().collect();
            gone.iter().flat_map(|aor| table.remove(aor, None)).collect()
        });
    }

    /// Drops one contact of an address of record, or all of them. Tells how many there were.
    pub fn remove(&self, aor: &str, contact_uri: Option<&str>) -> usize {
        self.end(|table| table.remove(aor, contact_uri))
    }

    /// Notes whether a contact answers; one that does not makes room first (`remove_unavailable`).
    pub fn note_reachability(&self, aor: &str, contact_uri: &str, reachable: bool) {
        self.with(|contacts| contacts.table.note_reachability(aor, contact_uri, reachable));
    }

    /// Drops the contacts that could be reached by this connection alone, which has ended.
    pub fn disconnected(&self, connection: &Flow) {
        self.end(|table| table.disconnected(connection));
    }

    /// The time that contacts live by: [`Binding::remaining`] is to be asked with it. It is the wall time of the start with what has
    /// passed since, however the clock was set meanwhile.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// Waits until the store itself has all that has changed.
    pub fn flush(&self) {
        self.with(|contacts| contacts.store.as_mut().map(|store| store.flush()));
    }

    /// The same, and lets go of the store: nobody registers any more.
    pub fn close(&self) {
        self.with(|contacts| contacts.store.take());
    }

    /// Ends what is due.
    fn expire(&self) {
        let now = (self.clock)();
        self.end(|table| table.expire(now));
    }

    /// How long the next contact to end has left.
    fn until_next_expiry(&self) -> Option<Duration> {
        let next = self.with(|contacts| contacts.table.next_expiry())?;
        Some(next.duration_since((self.clock)()).unwrap_or_default())
    }

    /// Removes contacts, and tells of it; how many there were. A removal that cannot be written stands: the log says so,
    /// and the contact that comes back with the next start ends when its time is up.
    fn end(&self, remove: impl FnOnce(&mut Registrar) -> Vec<BindingChange>) -> usize {
        let changes = self.with(|contacts| {
            let changes = remove(&mut contacts.table);
            contacts.remove_from_store(StoredChange::removals(&changes));
            changes
        });
        self.tell(&changes, (self.clock)());
        changes.len()
    }

    fn tell(&self, changes: &[BindingChange], now: SystemTime) {
        changes.iter().filter_map(|change| ContactEvent::of(change, now)).for_each(&self.on_change);
    }

    /// Works on the contacts; the lock is held for as long as that takes, and no longer.
    fn with<T>(&self, work: impl FnOnce(&mut Contacts) -> T) -> T {
        let mut contacts = self.contacts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = contacts.table.next_expiry();
        let result = work(&mut contacts);
        let next = contacts.table.next_expiry();
        if next.is_some_and(|next| known.is_none_or(|known| next < known)) {
            self.sooner.notify_one();
        }
        result
    }
}

fn dated<S: BindingStore>(store: S) -> Dated<S> {
    Dated { store, steady: Box::new(steady_time::now), wall: Box::new(SystemTime::now) }
}

impl Contacts {
    /// Changes table and store, or neither. A phone that only asks what is there needs no disk.
    fn register(
        &mut self,
        now: SystemTime,
        aor: &str,
        policy: AorPolicy,
        request: &Message,
        flow: &Flow,
    ) -> Result<RegisterOutcome, RefusedRegistration> {
        let before: Vec<Binding> = self.table.contacts(aor).into_iter().cloned().collect();
        let outcome = self.table.register(now, aor, request, flow, &policy)?;
        let after = self.table.contacts(aor);
        let new = after.iter().filter(|binding| !before.contains(binding)).map(|&binding| binding.clone());
        let new: Vec<Binding> = new.collect();
        let gone: Vec<Binding> = before.into_iter().filter(|binding| !after.contains(&binding)).collect();
        let rows = StoredChange::instead_of(&gone, new);
        if !rows.is_empty()
            && let Err(error) =
                self.store.as_mut().map_or(Err(StoreError::Closed), |store| store.apply(&rows))
        {
            for binding in rows.iter().filter_map(StoredChange::put) {
                self.table.remove_binding(binding);
            }
            self.table.restore(gone);
            return Err(error.into());
        }
        Ok(outcome)
    }

    fn remove_from_store(&mut self, rows: Vec<StoredChange>) {
        if !rows.is_empty()
            && let Some(Err(error)) = self.store.as_mut().map(|store| store.apply(&rows))
        {
            tracing::error!(
                "{} contacts have ended and may come back with the next start: {error}",
                rows.len()
            );
        }
    }
}

/// What a registration is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRegistration {
    /// The status.
    pub status: u16,
    /// Headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// For the log.
    pub why: String,
}

impl From<u16> for RefusedRegistration {
    fn from(status: u16) -> Self {
        Self { status, headers: Vec::new(), why: format!("status {status}") }
    }
}

impl From<RegisterError> for RefusedRegistration {
    fn from(refusal: RegisterError) -> Self {
        Self { status: refusal.status(), headers: refusal.headers(), why: refusal.to_string() }
    }
}

impl From<StoreError> for RefusedRegistration {
    fn from(error: StoreError) -> Self {
        Self { why: error.to_string(), ..500.into() }
    }
}

#[cfg(test)]
mod tests;
