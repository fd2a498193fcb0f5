//! The registered contacts of an exchange: in memory for calls, on the disk for the next start.
//!
//! A REGISTER changes the table in memory at once and is answered once the change is on the disk: what was acknowledged
//! survives `kill -9`. One thread writes; the changes that come while it writes go into its next transaction together,
//! so hundreds of phones that register in one second cost a few dozen transactions.

mod error;
mod event;
mod sqlite;
mod store;
mod writer;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use sip_parser::Message;
use sip_ua::registrar::{AorPolicy, Binding, BindingChange, Registrar};
use sip_ua::transport::Flow;
use tokio::sync::Notify;

pub use error::StoreError;
pub use event::ContactEvent;
pub use sqlite::SqliteBindings;
pub use store::{BindingStore, StoredChange};
use writer::Writer;

/// Told of each contact that comes, goes or is refreshed. It must return at once.
pub type OnChange = Box<dyn Fn(ContactEvent) + Send + Sync>;

/// Waits this long at most before looking for expired contacts again.
const LONGEST_SLEEP: Duration = Duration::from_secs(3_600);

/// The contacts of all addresses of record.
pub struct Registrations {
    table: Mutex<Registrar>,
    writer: Writer,
    on_change: OnChange,
    /// Rung when the next expiry may have moved.
    changed: Arc<Notify>,
}

impl Registrations {
    /// Opens the store in `folder`, takes over what is still valid in it, and begins to expire contacts on the current
    /// tokio runtime.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be opened or read.
    pub fn open(folder: &Path, on_change: OnChange) -> Result<Arc<Self>, StoreError> {
        Self::with_store(SqliteBindings::open(folder)?, on_change)
    }

    /// The same over another kind of store.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn with_store(mut store: impl BindingStore, on_change: OnChange) -> Result<Arc<Self>, StoreError> {
        let now = SystemTime::now();
        let (valid, over): (Vec<Binding>, Vec<Binding>) =
            store.load()?.into_iter().partition(|binding| !binding.is_expired(now));
        store.apply(&over.iter().map(StoredChange::remove).collect::<Vec<_>>())?;
        let mut table = Registrar::new();
        table.restore(valid);
        let registrations = Arc::new(Self {
            table: Mutex::new(table),
            writer: Writer::start(store)?,
            on_change,
            changed: Arc::new(Notify::new()),
        });
        tokio::spawn(expire(Arc::downgrade(&registrations)));
        Ok(registrations)
    }

    /// Carries out a REGISTER whose sender is proven. Resolves once the change is on the disk, with the headers of the
    /// 200.
    ///
    /// # Errors
    /// The status to refuse with: what the request deserves, or 500 when the store cannot be written; then nothing has
    /// changed.
    pub async fn register(
        &self,
        aor: &str,
        policy: AorPolicy,
        request: &Message,
        flow: &Flow,
    ) -> Result<Vec<(String, String)>, u16> {
        let (outcome, before) = {
            let mut table = self.table();
            let before: Vec<Binding> = table.contacts(aor).into_iter().cloned().collect();
            let outcome = table.register(SystemTime::now(), aor, request, flow, &policy);
            (outcome.map_err(|refusal| refusal.status())?, before)
        };
        self.changed.notify_one();
        let changes = outcome.changes.iter().map(StoredChange::of).collect();
        if self.writer.write(changes).await.is_err() {
            self.take_back(aor, &before);
            return Err(500);
        }
        outcome.changes.iter().for_each(|change| self.tell(change));
        Ok(outcome.headers)
    }

    /// Where an address of record can be reached, the preferred contact first.
    pub fn contacts(&self, aor: &str) -> Vec<Binding> {
        let now = SystemTime::now();
        let mut contacts: Vec<Binding> = self.table().contacts(aor).into_iter().cloned().collect();
        contacts.retain(|binding| !binding.is_expired(now));
        // Of those equally preferred, the one that was seen last is the likeliest to be there.
        contacts.sort_by_key(|binding| std::cmp::Reverse((binding.q, binding.refreshed_at)));
        contacts
    }

    /// All contacts, by address of record.
    pub fn all(&self) -> Vec<Binding> {
        let now = SystemTime::now();
        let mut all: Vec<Binding> = self.table().bindings().filter(|b| !b.is_expired(now)).cloned().collect();
        all.sort_by(|a, b| (&a.aor, &a.contact_uri).cmp(&(&b.aor, &b.contact_uri)));
        all
    }

    /// Drops the contacts of addresses of record that do not exist any more.
    pub async fn follow(&self, existing: HashSet<String>) {
        let changes: Vec<BindingChange> = {
            let mut table = self.table();
            let gone: HashSet<String> =
                table.bindings().filter(|b| !existing.contains(&b.aor)).map(|b| b.aor.clone()).collect();
            gone.iter().flat_map(|aor| table.remove(aor, None)).collect()
        };
        self.keep(&changes).await;
    }

    /// Waits until all that was asked for so far is on the disk.
    pub async fn flush(&self) {
        let _ = self.writer.write(Vec::new()).await;
    }

    /// Writes changes that nobody waits for, and tells of them.
    async fn keep(&self, changes: &[BindingChange]) {
        if changes.is_empty() {
            return;
        }
        // A row that stays by mistake is expired at the next start.
        let _ = self.writer.write(changes.iter().map(StoredChange::of).collect()).await;
        changes.iter().for_each(|change| self.tell(change));
    }

    /// Puts an address of record back to what it was, because its change could not be written.
    fn take_back(&self, aor: &str, before: &[Binding]) {
        let mut table = self.table();
        table.remove(aor, None);
        table.restore(before.iter().cloned());
    }

    fn tell(&self, change: &BindingChange) {
        if let Some(event) = ContactEvent::of(change) {
            (self.on_change)(event);
        }
    }

    fn table(&self) -> MutexGuard<'_, Registrar> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends contacts whose time is up, for as long as somebody holds the registrations.
async fn expire(registrations: Weak<Registrations>) {
    while let Some(this) = registrations.upgrade() {
        let now = SystemTime::now();
        let changes = this.table().expire(now);
        this.keep(&changes).await;
        let next = this.table().next_expiry();
        let sleep = next.and_then(|at| at.duration_since(now).ok()).unwrap_or(LONGEST_SLEEP);
        let changed = this.changed.clone();
        // Whoever waits here does not keep the registrations alive.
        drop(this);
        tokio::select! {
            () = tokio::time::sleep(sleep.min(LONGEST_SLEEP)) => {}
            () = changed.notified() => {}
        }
    }
}

#[cfg(test)]
mod tests;
