//! Contacts in SQLite.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Row, params};
use sip_ua::registrar::Binding;
use sip_ua::transport::{Flow, Protocol};

use super::error::StoreError;
use super::store::{BindingStore, StoredChange};

/// The file's name.
const FILE: &str = "ipbx.sqlite3";

/// The version of the schema, kept in `user_version`.
const VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS contact (
        aor TEXT NOT NULL, uri TEXT NOT NULL, expires_at INTEGER NOT NULL, refreshed_at INTEGER NOT NULL,
        call_id TEXT NOT NULL, cseq INTEGER NOT NULL, q INTEGER NOT NULL,
        protocol TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL,
        user_agent TEXT, received TEXT, path TEXT NOT NULL,
        PRIMARY KEY (aor, uri)
    ) WITHOUT ROWID, STRICT;";

const PUT: &str = "
    INSERT INTO contact VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (aor, uri) DO UPDATE SET expires_at = ?3, refreshed_at = ?4, call_id = ?5, cseq = ?6, q = ?7,
        protocol = ?8, local = ?9, remote = ?10, user_agent = ?11, received = ?12, path = ?13";

const REMOVE: &str = "DELETE FROM contact WHERE aor = ?1 AND uri = ?2";

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
        let failed = |source| StoreError::File { path: path.clone(), source };
        let connection = Connection::open(&path).map_err(failed)?;
        // With a write-ahead log a transaction survives the process as soon as it is written, and the power cut as soon
        // as it is synced; NORMAL syncs at checkpoints, so a power cut may cost the last seconds, which phones renew.
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(failed)?;
        let found: i64 =
            connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
        if found > VERSION {
            return Err(StoreError::Newer { path, found, known: VERSION });
        }
        connection.execute_batch(SCHEMA).map_err(failed)?;
        connection.pragma_update(None, "user_version", VERSION).map_err(failed)?;
        Ok(Self { connection, path })
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> StoreError + use<> {
        let path = self.path.clone();
        move |source| StoreError::File { path: path.clone(), source }
    }
}

impl BindingStore for SqliteBindings {
    fn load(&mut self) -> Result<Vec<Binding>, StoreError> {
        let failed = self.failed();
        let mut statement = self.connection.prepare("SELECT * FROM contact").map_err(&failed)?;
        let rows = statement.query_map([], read).map_err(&failed)?;
        let rows = rows.collect::<Result<Vec<_>, _>>().map_err(&failed)?;
        // A row that cannot be read as a contact was not written by us; phones register again.
        Ok(rows.into_iter().flatten().collect())
    }

    fn apply(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        let failed = self.failed();
        let transaction = self.connection.transaction().map_err(&failed)?;
        for change in changes {
            match change {
                StoredChange::Put(binding) => put(&transaction, binding),
                StoredChange::Remove { aor, contact_uri } => transaction
                    .prepare_cached(REMOVE)
                    .and_then(|mut statement| statement.execute(params![aor, contact_uri]).map(drop)),
            }
            .map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)
    }
}

fn put(connection: &Connection, b: &Binding) -> rusqlite::Result<()> {
    connection.prepare_cached(PUT)?.execute(params![
        b.aor,
        b.contact_uri,
        millis(b.expires_at),
        millis(b.refreshed_at),
        b.call_id,
        b.cseq,
        b.q,
        b.flow.protocol.uri_name(),
        b.flow.local.to_string(),
        b.flow.remote.to_string(),
        b.user_agent,
        b.received.map(|address| address.to_string()),
        b.path.join("\n"),
    ])?;
    Ok(())
}

/// The contact of a row; `None` for one that makes no sense.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Binding>> {
    let address = |text: String| text.parse::<SocketAddr>().ok();
    let protocol = Protocol::from_name(&row.get::<_, String>(7)?);
    let (local, remote) = (address(row.get(8)?), address(row.get(9)?));
    let (Some(protocol), Some(local), Some(remote)) = (protocol, local, remote) else { return Ok(None) };
    let path: String = row.get(12)?;
    Ok(Some(Binding {
        aor: row.get(0)?,
        contact_uri: row.get(1)?,
        expires_at: moment(row.get(2)?),
        refreshed_at: moment(row.get(3)?),
        call_id: row.get(4)?,
        cseq: row.get(5)?,
        q: row.get(6)?,
        flow: Flow::new(protocol, local, remote),
        user_agent: row.get(10)?,
        received: row.get::<_, Option<String>>(11)?.and_then(address),
        path: path.lines().map(str::to_owned).collect(),
    }))
}

/// Milliseconds since 1970.
fn millis(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
