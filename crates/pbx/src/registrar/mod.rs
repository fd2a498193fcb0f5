//! The registered contacts of an exchange: in memory for calls, on the disk for the next start.
//!
//! A REGISTER changes the table in memory at once and is answered once the change is on the disk: what was acknowledged
//! survives `kill -9`. One thread writes; the changes that come while it writes go into its next transaction together,
//! so hundreds of phones that register in one second cost a few dozen transactions.
//!
//! Three rules keep memory and disk the same:
//! - Changes are put into the writer's queue under the lock of the table, so both see them in one order.
//! - Registrations of one address of record wait for each other (`turns.rs`), so that one which cannot be written is taken
//!   back without taking another one with it.
//! - What is written is how the contacts of the address differ from before, not what the registrar says it did.

mod error;
mod event;
mod expiry;
mod sqlite;
mod store;
mod turns;
mod writer;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sip_parser::Message;
use sip_ua::registrar::{AorPolicy, Binding, BindingChange, Gruu, RegisterError, RegisterOutcome, Registrar};
use sip_ua::transport::Flow;
use tokio::sync::Notify;

use crate::registration::own_words;
pub use error::StoreError;
pub use event::ContactEvent;
pub use sqlite::SqliteBindings;
pub(crate) use sqlite::choose_journal;
use store::differing;
pub use store::{BindingStore, StoredChange, slot};
use turns::Turns;
use writer::{Pending, Writer};

/// Told of each contact that comes, goes or is refreshed. It must return at once.
pub type OnChange = Box<dyn Fn(ContactEvent) + Send + Sync>;

/// Tells the wall time.
type Clock = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// The contacts of all addresses of record.
pub struct Registrations {
    table: Mutex<Registrar>,
    turns: Turns,
    writer: Writer,
    on_change: OnChange,
    clock: Clock,
    /// Rung when a contact ends sooner than all others.
    sooner: Arc<Notify>,
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
        Self::with_table(table, SqliteBindings::open(folder)?, on_change, Box::new(SystemTime::now))
    }

    /// The same over another kind of store.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn with_store(store: impl BindingStore, on_change: OnChange) -> Result<Arc<Self>, StoreError> {
        Self::with_clock(store, on_change, Box::new(SystemTime::now))
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
        table.restore(stored.iter().filter(|binding| !binding.is_expired(now)).cloned());
        let valid: Vec<Binding> = table.bindings().cloned().collect();
        let writer = Writer::start(store)?;
        // An exchange takes calls even where the disk is full: rows that cannot be removed are harmless, the next start
        // passes over them again.
        drop(writer.submit(StoredChange::between(&stored, &valid)));
        let (table, turns, sooner) = (Mutex::new(table), Turns::new(), Arc::new(Notify::new()));
        let registrations = Arc::new(Self { table, turns, writer, on_change, clock, sooner });
        tokio::spawn(expiry::run(Arc::downgrade(&registrations)));
        Ok(registrations)
    }

    /// Carries out a REGISTER whose sender is proven. Resolves once the change is on the disk, with the headers of the
    /// 200. Await it to the end: dropped halfway, what it did is kept and not told.
    ///
    /// # Errors
    /// What to refuse with: what the request deserves, or 500 when the store cannot be written; then nothing has
    /// changed.
    pub async fn register(
        &self,
        aor: &str,
        policy: AorPolicy,
        request: &Message,
        flow: &Flow,
    ) -> Result<Vec<(String, String)>, RefusedRegistration> {
        let _turn = self.turns.of(aor).await;
        let now = (self.clock)();
        let (outcome, on_its_way) = self.begin(now, aor, policy, request, flow).map_err(|refusal| {
            tracing::warn!("the registration of '{aor}' from {} is refused: {refusal}", flow.remote);
            RefusedRegistration { status: refusal.status(), headers: refusal.headers() }
        })?;
        if let Some(OnItsWay { gone, new, pending }) = on_its_way
            && !pending.written().await
        {
            self.take_back(&new, gone);
            return Err(500.into());
        }
        self.tell(&outcome.changes, now);
        Ok(outcome.headers)
    }

    /// Where an address of record can be reached, the preferred contact first, and of equals the one seen last: it is the
    /// likeliest to be there.
    pub fn contacts(&self, aor: &str) -> Vec<Binding> {
        let now = (self.clock)();
        self.with(|table| {
            table.contacts(aor).into_iter().filter(|binding| !binding.is_expired(now)).cloned().collect()
        })
    }

    /// The address of record and the instance that a GRUU names (RFC 5627), while that instance is registered.
    pub fn instance(&self, gruu: &Gruu) -> Option<(String, String)> {
        self.with(|table| {
            let found = table.instance(gruu);
            let binding = found.first()?;
            Some((binding.aor.clone(), binding.instance.clone()?))
        })
    }

    /// All contacts, by address of record.
    pub fn all(&self) -> Vec<Binding> {
        let now = (self.clock)();
        let live = |table: &mut Registrar| table.bindings().filter(|b| !b.is_expired(now)).cloned().collect();
        let mut all: Vec<Binding> = self.with(live);
        all.sort_by(|a, b| (&a.aor, &a.contact_uri).cmp(&(&b.aor, &b.contact_uri)));
        all
    }

    /// Drops the contacts of addresses of record that do not exist any more, and resolves once that is on the disk.
    pub async fn follow(&self, existing: HashSet<String>) {
        let gone: BTreeSet<String> = self.with(|table| {
            let aors = table.bindings().map(|binding| &binding.aor);
            aors.filter(|aor| !existing.contains(*aor)).cloned().collect()
        });
        let mut removals = Vec::new();
        for aor in gone {
            // The turn is over once it is in the queue: a removal is not taken back.
            let _turn = self.turns.of(&aor).await;
            removals.push(self.change(|table| table.remove(&aor, None)));
        }
        for (changes, pending) in removals {
            self.settle(&changes, pending).await;
        }
    }

    /// Drops one contact of an address of record, or all of them, and resolves once that is on the disk. Tells how many
    /// there were.
    pub async fn remove(&self, aor: &str, contact_uri: Option<&str>) -> usize {
        let _turn = self.turns.of(aor).await;
        let (changes, pending) = self.change(|table| table.remove(aor, contact_uri));
        self.settle(&changes, pending).await;
        changes.len()
    }

    /// Notes whether a contact answers; one that does not makes room first (`remove_unavailable`).
    pub fn note_reachability(&self, aor: &str, contact_uri: &str, reachable: bool) {
        self.with(|table| table.note_reachability(aor, contact_uri, reachable));
    }

    /// Waits until all that was asked for so far is on the disk.
    pub async fn flush(&self) {
        self.writer.submit(Vec::new()).written().await;
    }

    /// Ends what is due.
    async fn expire(&self) {
        let now = (self.clock)();
        let (changes, pending) = self.change(|table| table.expire(now));
        self.settle(&changes, pending).await;
    }

    /// How long the next contact to end has left.
    fn until_next_expiry(&self) -> Option<Duration> {
        let next = self.with(|table| table.next_expiry())?;
        Some(next.duration_since((self.clock)()).unwrap_or_default())
    }

    /// Changes the table, and puts what that changed on its way to the disk. `None` where it changed nothing, as for a
    /// phone that only asks what is there: it waits for no disk.
    fn begin(
        &self,
        now: SystemTime,
        aor: &str,
        policy: AorPolicy,
        request: &Message,
        flow: &Flow,
    ) -> Result<(RegisterOutcome, Option<OnItsWay>), RegisterError> {
        self.with(|table| {
            let before: Vec<Binding> = table.contacts(aor).into_iter().cloned().collect();
            let outcome = table.register(now, aor, request, flow, &policy)?;
            let after: Vec<Binding> = table.contacts(aor).into_iter().cloned().collect();
            let (gone, new) = (differing(&before, &after), differing(&after, &before));
            let rows = StoredChange::between(&gone, &new);
            let changed = !rows.is_empty();
            let submit = || OnItsWay { gone, new, pending: self.writer.submit(rows) };
            Ok((outcome, changed.then(submit)))
        })
    }

    /// Undoes a registration that could not be written. What it left alone may have ended meanwhile, and stays ended.
    fn take_back(&self, new: &[Binding], gone: Vec<Binding>) {
        self.with(|table| {
            for binding in new {
                table.remove_binding(binding);
            }
            table.restore(gone);
        });
    }

    /// Removes from the table, and puts that on its way to the disk.
    fn change(
        &self,
        remove: impl FnOnce(&mut Registrar) -> Vec<BindingChange>,
    ) -> (Vec<BindingChange>, Option<Pending>) {
        self.with(|table| {
            let changes = remove(table);
            let rows = StoredChange::removals(&changes);
            let pending = (!rows.is_empty()).then(|| self.writer.submit(rows));
            (changes, pending)
        })
    }

    /// Waits for removals, and tells of them. One that cannot be written stands: the log says so, and the contact that
    /// comes back with the next start ends when its time is up.
    async fn settle(&self, changes: &[BindingChange], pending: Option<Pending>) {
        if let Some(pending) = pending {
            pending.written().await;
        }
        self.tell(changes, (self.clock)());
    }

    fn tell(&self, changes: &[BindingChange], now: SystemTime) {
        changes.iter().filter_map(|change| ContactEvent::of(change, now)).for_each(&self.on_change);
    }

    /// Works on the table; the lock is held for as long as that takes, and no longer.
    fn with<T>(&self, work: impl FnOnce(&mut Registrar) -> T) -> T {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let known = table.next_expiry();
        let result = work(&mut table);
        let next = table.next_expiry();
        if next.is_some_and(|next| known.is_none_or(|known| next < known)) {
            self.sooner.notify_one();
        }
        result
    }
}

/// What a registration is refused with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRegistration {
    /// The status.
    pub status: u16,
    /// Headers that belong to it.
    pub headers: Vec<(String, String)>,
}

impl From<u16> for RefusedRegistration {
    fn from(status: u16) -> Self {
        Self { status, headers: Vec::new() }
    }
}

/// A registration that is done in memory, and not yet on the disk.
struct OnItsWay {
    /// The contacts that it removed or changed, as they were.
    gone: Vec<Binding>,
    /// The contacts that it made or changed, as they are.
    new: Vec<Binding>,
    pending: Pending,
}

#[cfg(test)]
mod tests;
