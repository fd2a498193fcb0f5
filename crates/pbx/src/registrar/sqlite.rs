//! Contacts in SQLite.

mod row;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use sip_ua::registrar::Binding;

use super::error::StoreError;
use super::store::{BindingStore, StoredChange};

/// The file's name.
const FILE: &str = "ipbx.sqlite3";

/// The version of the schema, kept in `user_version`; 0 is a new file.
const VERSION: i64 = 2;

/// Waits this long for another program that reads or writes the file, such as a backup.
const PATIENCE: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
    CREATE TABLE contact (
        aor TEXT NOT NULL, uri TEXT NOT NULL, expires_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL,
        call_id TEXT NOT NULL, cseq INTEGER NOT NULL, q INTEGER NOT NULL,
        protocol TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL,
        user_agent TEXT, received TEXT, path TEXT NOT NULL,
        instance TEXT, reg_id INTEGER, slot TEXT NOT NULL,
        PRIMARY KEY (aor, uri, slot)
    ) WITHOUT ROWID, STRICT;";

/// Takes over the contacts of the first version, which knew no flows.
const FROM_FIRST: &str = "
    INSERT INTO contact SELECT *, NULL, NULL, '' FROM contact_1;
    DROP TABLE contact_1;";

/// Contacts in a file of SQLite.
pub struct SqliteBindings {
    connection: Connection,
    path: PathBuf,
}

impl SqliteBindings {
    /// Opens the file in `folder`, and makes both where they are missing.
    ///
    /// # Errors
    /// [`StoreError`] names the file and what to do.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(FILE);
        let connection = Connection::open(&path).map_err(|source| StoreError::of(&path, source))?;
        let mut store = Self { connection, path };
        // The version comes first: a later one may have its reasons for another journal.
        store.attempt(|connection| connection.busy_timeout(PATIENCE))?;
        let found = store.attempt(|c| c.pragma_query_value(None, "user_version", |row| row.get(0)))?;
        if found > VERSION {
            return Err(StoreError::Newer { path: store.path, found, known: VERSION });
        }
        store.attempt(|connection| choose_journal(connection))?;
        if found < VERSION {
            store.attempt(make_schema)?;
        }
        Ok(store)
    }

    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&mut self.connection).map_err(|source| StoreError::of(&self.path, source))
    }
}

impl BindingStore for SqliteBindings {
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        let rows = self.attempt(|connection| {
            let mut statement = connection.prepare(row::ALL)?;
            statement.query_map([], |row| Ok(row::read(row)))?.collect::<Result<Vec<_>, _>>()
        })?;
        let all = rows.len();
        let bindings: Vec<Binding> = rows.into_iter().flatten().collect();
        if bindings.len() < all {
            let odd = all - bindings.len();
            let path = self.path.display();
            tracing::error!(
                "{odd} contacts in {path} make no sense and are passed over; phones register again"
            );
        }
        Ok(bindings)
    }

    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        self.attempt(|connection| {
            // What is not committed at the end, for an error came before it, is rolled back.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for change in changes {
                match change {
                    StoredChange::Put(binding) => row::put(&transaction, binding)?,
                    StoredChange::Remove { aor, contact_uri, slot } => {
                        row::remove(&transaction, aor, contact_uri, slot)?;
                    }
                }
            }
            transaction.commit()
        })
    }
}

/// A write-ahead log, synced at checkpoints.
///
/// A transaction is then safe from the end of the process as soon as the system has taken it, which costs no wait for the
/// disk. A power cut may cost the last seconds, but not the file; phones renew what is lost. Where the file system cannot
/// have such a log, the old journal keeps the file whole only if each transaction is synced.
pub(crate) fn choose_journal(connection: &Connection) -> rusqlite::Result<()> {
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    let synchronous = if journal == "wal" { "NORMAL" } else { "FULL" };
    connection.pragma_update(None, "synchronous", synchronous)
}

/// Table and version together, so that a kill in between leaves a new file and no half one.
fn make_schema(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        0 => transaction.execute_batch(SCHEMA)?,
        1 => {
            transaction.execute_batch("ALTER TABLE contact RENAME TO contact_1")?;
            transaction.execute_batch(SCHEMA)?;
            transaction.execute_batch(FROM_FIRST)?;
        }
        _ => return Ok(()),
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
