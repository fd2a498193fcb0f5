//! The file, and the thread that writes it.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use tokio::sync::oneshot;

use super::AstDbError;
use crate::registrar::choose_journal;

/// The file's name, and its table, are Asterisk's.
const FILE: &str = "astdb.sqlite3";
const SCHEMA: &str =
    "CREATE TABLE IF NOT EXISTS astdb (key VARCHAR(256), value VARCHAR(256), PRIMARY KEY (key));";

/// Waits this long for another program that reads or writes the file, such as a backup.
const PATIENCE: Duration = Duration::from_secs(5);

/// Changes that are written together.
const TOGETHER: usize = 256;

/// Most rows of a query that are shown.
const MOST_ROWS: usize = 10_000;

/// All entries, by `/family/key`.
type Entries = Vec<(String, String)>;

type Done = oneshot::Sender<Result<(), AstDbError>>;

/// What a query came to.
pub(super) struct QueryAnswer {
    pub(super) rows: Vec<String>,
    /// All entries, where the query changed some.
    pub(super) changed: Option<Entries>,
}

/// What the thread is asked for.
pub(super) enum Job {
    Put { path: String, value: String, done: Done },
    Delete { paths: Vec<String>, done: Done },
    Query { statement: String, done: oneshot::Sender<Result<QueryAnswer, AstDbError>> },
}

/// The way to the thread. It ends, with all written, when this is dropped.
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn open(folder: &Path) -> (Self, Entries) {
        let path = folder.join(FILE);
        let opened = std::fs::create_dir_all(folder)
            .map_err(|error| error.to_string())
            .and_then(|()| open(&path).map_err(|error| error.to_string()));
        match opened.and_then(|(connection, entries)| Ok((Self::start(connection)?, entries))) {
            Ok(opened) => opened,
            Err(error) => {
                let path = path.display();
                tracing::error!(
                    "what DB() sets is forgotten with the end of the exchange, for {path} cannot be used: {error}; give the \
                     user of this program the right to write it, or move it away"
                );
                (Self { jobs: None, thread: None }, Vec::new())
            }
        }
    }

    fn start(connection: Connection) -> Result<Self, String> {
        // Not bounded itself: whoever asks waits for the answer.
        let (jobs, queue) = channel();
        let thread = thread::Builder::new().name("astdb".to_owned());
        let thread = thread.spawn(move || run(&connection, &queue)).map_err(|error| error.to_string())?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Without a thread the job is dropped, and whoever waits for it hears of that.
    pub(super) fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of it is in the log.
            let _ = thread.join();
        }
    }
}

fn open(path: &Path) -> rusqlite::Result<(Connection, Entries)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    choose_journal(&connection)?;
    connection.execute_batch(SCHEMA)?;
    let entries = entries(&connection)?;
    Ok((connection, entries))
}

fn entries(connection: &Connection) -> rusqlite::Result<Entries> {
    // What another program put there as a number or as octets is a text here.
    let mut statement = connection
        .prepare("SELECT CAST(key AS TEXT), CAST(value AS TEXT) FROM astdb WHERE key IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        let text = |at| {
            row.get_ref(at)
                .map(|value| String::from_utf8_lossy(value.as_bytes().unwrap_or_default()).into_owned())
        };
        Ok((text(0)?, text(1)?))
    })?;
    rows.collect()
}

fn run(connection: &Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let waiting = queue.try_iter().take(TOGETHER - 1);
        let mut changes = Vec::new();
        for job in std::iter::once(first).chain(waiting) {
            match job {
                Job::Query { statement, done } => {
                    write(connection, std::mem::take(&mut changes));
                    // Whoever asked may have lost interest since.
                    let _ = done.send(query(connection, &statement));
                }
                change => changes.push(change),
            }
        }
        write(connection, changes);
    }
}

/// All or nothing.
fn write(connection: &Connection, changes: Vec<Job>) {
    if changes.is_empty() {
        return;
    }
    let outcome = try_write(connection, &changes).map_err(|error| AstDbError::NotKept(error.to_string()));
    if let Err(error) = &outcome {
        tracing::error!("the data base: {error}");
    }
    for change in changes {
        if let Job::Put { done, .. } | Job::Delete { done, .. } = change {
            let _ = done.send(outcome.clone());
        }
    }
}

fn try_write(connection: &Connection, changes: &[Job]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for change in changes {
        match change {
            Job::Put { path, value, .. } => {
                let put = "INSERT OR REPLACE INTO astdb (key, value) VALUES (?1, ?2)";
                transaction.prepare_cached(put)?.execute((path, value))?;
            }
            Job::Delete { paths, .. } => {
                let mut delete = transaction.prepare_cached("DELETE FROM astdb WHERE key = ?1")?;
                for path in paths {
                    delete.execute([path])?;
                }
            }
            Job::Query { .. } => {}
        }
    }
    transaction.commit()
}

fn query(connection: &Connection, statement: &str) -> Result<QueryAnswer, AstDbError> {
    let said = |error: rusqlite::Error| AstDbError::Query(error.to_string());
    let before = connection.total_changes();
    let mut prepared = connection.prepare(statement).map_err(said)?;
    let columns = prepared.column_count();
    let mut rows = prepared.query([]).map_err(said)?;
    let mut shown = Vec::new();
    while let Some(row) = rows.next().map_err(said)? {
        if shown.len() >= MOST_ROWS {
            break;
        }
        let values = (0..columns).map(|at| row.get_ref(at).map_or_else(|_| String::new(), text));
        shown.push(values.collect::<Vec<_>>().join("|"));
    }
    drop(rows);
    let changed = match connection.total_changes() == before {
        true => None,
        false => Some(entries(connection).map_err(said)?),
    };
    Ok(QueryAnswer { rows: shown, changed })
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(octets) | ValueRef::Blob(octets) => String::from_utf8_lossy(octets).into_owned(),
    }
}
