//! Texts for receivers that are away, kept in SQLite: what was accepted is there after a restart.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use call_control::TextMessage;
use rusqlite::{Connection, OptionalExtension, params};

use super::turns::{Turn, Turns};
use crate::sqlite_file;

/// The file's name.
const FILE: &str = "messages.sqlite3";

/// Texts kept for one receiver.
const FOR_ONE: u32 = 200;

/// Texts kept in all.
const IN_ALL: u32 = 20_000;

/// A text is kept so long.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS waiting (
        id INTEGER PRIMARY KEY, receiver TEXT NOT NULL, resource TEXT NOT NULL, kept_at INTEGER NOT NULL,
        sent_to TEXT NOT NULL, sent_from TEXT NOT NULL, content_type TEXT NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS waiting_for ON waiting (receiver, id);";

/// A file of an older version has texts without headers.
const WITH_HEADERS: &str = "ALTER TABLE waiting ADD COLUMN headers TEXT NOT NULL DEFAULT ''";

/// Why a text is not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitingError {
    /// Too many wait already.
    #[error("{0} messages wait already; they go out when their receivers register")]
    Full(u32),
    /// The file cannot be used.
    #[error("the messages that wait cannot be kept in {}: {source}; check the file and its disk", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

/// The texts that wait. Clone is cheap.
#[derive(Clone)]
pub(crate) struct WaitingMessages {
    connection: Arc<Mutex<Connection>>,
    /// How many wait: most exchanges have none, and then a registration costs no look into the file.
    count: Arc<AtomicU32>,
    turns: Turns,
    path: PathBuf,
}

impl WaitingMessages {
    /// Opens the file in `folder`, which exists.
    ///
    /// # Errors
    /// [`WaitingError::Store`] names the file.
    pub(crate) fn open(folder: &Path) -> Result<Self, WaitingError> {
        let path = folder.join(FILE);
        let open = || {
            let connection = Connection::open(&path)?;
            connection.busy_timeout(Duration::from_secs(5))?;
            connection.execute_batch(SCHEMA)?;
            let has_headers = connection.prepare("SELECT headers FROM waiting").is_ok();
            if !has_headers {
                connection.execute_batch(WITH_HEADERS)?;
            }
            let oldest = seconds(SystemTime::now() - KEPT_FOR);
            connection.execute("DELETE FROM waiting WHERE kept_at < ?1", [oldest])?;
            let count: u32 = connection.query_row("SELECT count(*) FROM waiting", [], |row| row.get(0))?;
            Ok((connection, count))
        };
        let (connection, count) = sqlite_file::open_or_begin_anew(&path, open)
            .map_err(|source| WaitingError::Store { path: path.clone(), source })?;
        let (connection, count) = (Arc::new(Mutex::new(connection)), Arc::new(count.into()));
        Ok(Self { connection, count, turns: Turns::default(), path })
    }

    /// Whether any wait.
    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// Begins to hand texts to an endpoint, unless another task does.
    pub(super) fn begin_turn(&self, receiver: &str) -> Option<Turn> {
        self.turns.begin(receiver)
    }

    /// Keeps a text for the endpoint that `resource` names; its number.
    ///
    /// # Errors
    /// [`WaitingError`] when too many wait or the file cannot be written.
    pub(crate) async fn keep(&self, resource: &str, text: &TextMessage) -> Result<i64, WaitingError> {
        let (resource, text, waiting) = (resource.to_owned(), text.clone(), self.count.clone());
        self.with(move |connection| {
            let receiver = receiver_of(&resource).to_owned();
            let count =
                |sql: &str, with: &[&dyn rusqlite::ToSql]| connection.query_row(sql, with, |row| row.get(0));
            let of_one: u32 = count("SELECT count(*) FROM waiting WHERE receiver = ?1", &[&receiver])?;
            let in_all: u32 = count("SELECT count(*) FROM waiting", &[])?;
            if of_one >= FOR_ONE || in_all >= IN_ALL {
                return Ok(Err(WaitingError::Full(of_one.max(in_all))));
            }
            connection.execute(
                "INSERT INTO waiting (receiver, resource, kept_at, sent_to, sent_from, content_type, body, headers)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    receiver,
                    resource,
                    seconds(SystemTime::now()),
                    text.to,
                    text.from,
                    text.content_type,
                    text.body,
                    lines(&text.headers)
                ],
            )?;
            waiting.store(in_all + 1, Ordering::Release);
            Ok(Ok(connection.last_insert_rowid()))
        })
        .await?
    }

    /// The oldest text for an endpoint, with its number and the resource that it was sent to.
    pub(crate) async fn next(&self, receiver: &str) -> Option<(i64, String, TextMessage)> {
        let receiver = receiver.to_owned();
        let found = self.with(move |connection| {
            connection
                .query_row(
                    "SELECT id, resource, sent_to, sent_from, content_type, body, headers FROM waiting
                     WHERE receiver = ?1 ORDER BY id LIMIT 1",
                    [receiver],
                    |row| {
                        let text = TextMessage {
                            to: row.get(2)?,
                            from: row.get(3)?,
                            content_type: row.get(4)?,
                            body: row.get(5)?,
                            data: Vec::new(),
                            headers: headers(&row.get::<_, String>(6)?),
                            hops: None,
                        };
                        Ok((row.get(0)?, row.get(1)?, text))
                    },
                )
                .optional()
        });
        found.await.inspect_err(|error| tracing::error!("{error}")).ok().flatten()
    }

    /// Forgets a text that was delivered.
    pub(crate) async fn remove(&self, id: i64) {
        let waiting = self.count.clone();
        let removed = self.with(move |connection| {
            connection.execute("DELETE FROM waiting WHERE id = ?1", [id])?;
            waiting.store(
                connection.query_row("SELECT count(*) FROM waiting", [], |row| row.get(0))?,
                Ordering::Release,
            );
            Ok(())
        });
        if let Err(error) = removed.await {
            tracing::error!("{error}");
        }
    }

    /// Works on the file, away from the tasks that serve calls.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, WaitingError> {
        let connection = self.connection.clone();
        let done = tokio::task::spawn_blocking(move || {
            work(&connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(done) => done.map_err(|source| WaitingError::Store { path: self.path.clone(), source }),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
}

/// The endpoint of `bob`, `0033@trunk`, `trunk/0033`.
pub(super) fn receiver_of(resource: &str) -> &str {
    let name = resource.split('/').next().unwrap_or(resource);
    name.rsplit_once('@').map_or(name, |(_, endpoint)| endpoint)
}

fn seconds(moment: SystemTime) -> i64 {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Headers as lines; none of them has a line end in it.
fn lines(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

fn headers(lines: &str) -> Vec<(String, String)> {
    let pairs = lines.lines().filter_map(|line| line.split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> TextMessage {
        TextMessage { body: body.to_owned(), ..TextMessage::default() }
    }

    #[tokio::test]
    async fn texts_wait_over_a_restart_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = WaitingMessages::open(folder.path()).unwrap();
        for body in ["one", "two"] {
            waiting.keep("bob", &text(body)).await.unwrap();
        }
        let with_header = |mut text: TextMessage| {
            text.headers.push(("X-Ticket".to_owned(), "a: 7".to_owned()));
            text
        };
        waiting.keep("100@bob2", &with_header(text("other"))).await.unwrap();
        drop(waiting);
        let waiting = WaitingMessages::open(folder.path()).unwrap();
        for body in ["one", "two"] {
            let (id, resource, found) = waiting.next("bob").await.unwrap();
            assert_eq!((resource.as_str(), found.body.as_str()), ("bob", body));
            waiting.remove(id).await;
        }
        assert!(waiting.next("bob").await.is_none());
        let (_, resource, found) = waiting.next("bob2").await.unwrap();
        assert_eq!((resource.as_str(), found.headers), ("100@bob2", with_header(text("")).headers));
    }

    #[tokio::test]
    async fn nobody_can_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let waiting = WaitingMessages::open(folder.path()).unwrap();
        for _ in 0..FOR_ONE {
            waiting.keep("bob", &text("x")).await.unwrap();
        }
        assert!(matches!(waiting.keep("bob", &text("x")).await, Err(WaitingError::Full(FOR_ONE))));
        waiting.keep("carol", &text("x")).await.unwrap();
    }
}
