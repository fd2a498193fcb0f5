//! A file of SQLite: a thread that opens it with the first question, and answers one after the other.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::{Answer, Bounds, DatabaseError};

/// Questions that may wait.
const MOST_WAITING: usize = 256;

/// Instructions of SQLite between two looks at the clock.
const INSTRUCTIONS: i32 = 10_000;

/// Transactions of one file at a time. One alone may write, and each has a thread.
const MOST_TRANSACTIONS: usize = 16;

/// A file of SQLite.
pub(super) struct SqliteDatabase {
    path: PathBuf,
    transactions: Arc<Semaphore>,
    patience: Duration,
    questions: Result<SyncSender<Question>, String>,
    is_open: Arc<AtomicBool>,
}

struct Question {
    sql: String,
    bounds: Bounds,
    until: Instant,
    answer: oneshot::Sender<Result<Answer, DatabaseError>>,
}

impl SqliteDatabase {
    /// The thread ends with the last question after this value is gone.
    pub(super) fn new(path: &Path, patience: Duration) -> Self {
        let (questions, asked) = sync_channel(MOST_WAITING);
        let is_open = Arc::new(AtomicBool::new(false));
        let file = OpenFile { path: path.to_owned(), patience, until: Arc::default(), open: is_open.clone() };
        let thread = std::thread::Builder::new().name("sqlite".to_owned()).spawn(move || file.serve(&asked));
        Self {
            path: path.to_owned(),
            transactions: Arc::new(Semaphore::new(MOST_TRANSACTIONS)),
            questions: thread.map(|_| questions).map_err(|error| error.to_string()),
            is_open,
            patience,
        }
    }

    /// A connection of its own for statements that count together.
    pub(super) async fn transaction(&self) -> Result<SqliteTransaction, DatabaseError> {
        let place = timeout(self.patience, self.transactions.clone().acquire_owned()).await;
        let place = place.map_err(|_| DatabaseError::Busy)?;
        let place = place.map_err(|_| DatabaseError::Unreachable("it is closed".to_owned()))?;
        let file = Self::new(&self.path, self.patience);
        Ok(SqliteTransaction { file, is_open: false, is_usable: true, _place: place })
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Asks; what is not begun in time is not begun at all.
    pub(super) async fn ask(&self, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        let until = Instant::now() + self.patience;
        let questions = self.questions.as_ref().map_err(|error| DatabaseError::Unreachable(error.clone()))?;
        let (answer, answered) = oneshot::channel();
        questions.try_send(Question { sql: sql.to_owned(), bounds, until, answer }).map_err(|problem| {
            match problem {
                TrySendError::Full(_) => DatabaseError::Busy,
                TrySendError::Disconnected(_) => {
                    DatabaseError::Unreachable("its thread has ended".to_owned())
                }
            }
        })?;
        match timeout(self.patience, answered).await {
            Ok(answered) => {
                answered.map_err(|_| DatabaseError::Unreachable("its thread has ended".to_owned()))?
            }
            Err(_) => Err(DatabaseError::TooLate(self.patience)),
        }
    }
}

/// Statements that count together. The file has its own connection, so that it rolls back what is open when this goes.
pub(super) struct SqliteTransaction {
    file: SqliteDatabase,
    is_open: bool,
    is_usable: bool,
    _place: OwnedSemaphorePermit,
}

impl SqliteTransaction {
    pub(super) fn is_usable(&self) -> bool {
        self.is_usable
    }

    /// Puts a statement; the first one begins. It writes at once, so that two that read first cannot block each other for ever.
    pub(super) async fn ask(&mut self, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        if !self.is_open {
            self.tell("BEGIN IMMEDIATE").await?;
            self.is_open = true;
        }
        let answer = self.file.ask(sql, bounds).await;
        // What comes too late may be done yet.
        self.is_usable = !matches!(answer, Err(DatabaseError::TooLate(_) | DatabaseError::Unreachable(_)));
        answer
    }

    pub(super) async fn finish(&mut self, commits: bool) -> Result<(), DatabaseError> {
        if !std::mem::take(&mut self.is_open) {
            return Ok(());
        }
        let finished = self.tell(if commits { "COMMIT" } else { "ROLLBACK" }).await;
        self.is_usable = finished.is_ok();
        finished
    }

    async fn tell(&self, sql: &str) -> Result<(), DatabaseError> {
        self.file.ask(sql, Bounds::default()).await.map(drop)
    }
}

/// What the thread has.
struct OpenFile {
    path: PathBuf,
    /// How long it waits for others who have the file locked.
    patience: Duration,
    /// When the statement that runs has to end.
    until: Arc<Mutex<Option<Instant>>>,
    open: Arc<AtomicBool>,
}

impl OpenFile {
    fn serve(&self, questions: &Receiver<Question>) {
        let mut connection = None;
        while let Ok(question) = questions.recv() {
            // Whoever asked has been told by now that nothing came of it, or is told here.
            if question.answer.is_closed() || Instant::now() >= question.until {
                let _ = question.answer.send(Err(DatabaseError::TooLate(self.patience)));
                continue;
            }
            let answer = match &mut connection {
                Some(open) => self.answer(open, &question),
                none => self.open().and_then(|opened| self.answer(none.insert(opened), &question)),
            };
            self.open.store(connection.is_some(), Ordering::Relaxed);
            // It may have gone away meanwhile.
            let _ = question.answer.send(answer);
        }
    }

    fn open(&self) -> Result<Connection, DatabaseError> {
        let said =
            |error: rusqlite::Error| DatabaseError::Unreachable(format!("{}: {error}", self.path.display()));
        let mut connection = Connection::open(&self.path).map_err(said)?;
        connection.busy_timeout(self.patience).map_err(said)?;
        let until = self.until.clone();
        let is_late = move || {
            until.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() >= until)
        };
        connection.progress_handler(INSTRUCTIONS, Some(is_late)).map_err(said)?;
        Ok(connection)
    }

    fn answer(&self, connection: &Connection, question: &Question) -> Result<Answer, DatabaseError> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(question.until);
        run(connection, &question.sql, question.bounds)
    }
}

fn run(connection: &Connection, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
    let before = connection.total_changes();
    let mut statement = connection.prepare(sql).map_err(refused)?;
    let mut answer =
        Answer { columns: statement.column_names().map(str::to_owned).collect(), ..Answer::default() };
    let (count, mut left) = (answer.columns.len(), bounds.octets);
    let mut rows = statement.query([]).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        if answer.rows.len() >= bounds.rows {
            break;
        }
        let values = (0..count).map(|at| row.get_ref(at).map(text).map_err(refused));
        answer.push(values.collect::<Result<_, _>>()?, &mut left, bounds)?;
    }
    drop(rows);
    // The count of the last change stays when a statement changes nothing.
    if connection.total_changes() != before {
        answer.affected = connection.changes();
    }
    Ok(answer)
}

fn refused(error: rusqlite::Error) -> DatabaseError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            DatabaseError::Statement("the statement takes too long".to_owned())
        }
        Some(ErrorCode::DatabaseBusy) => DatabaseError::Statement("another program has it locked".to_owned()),
        _ => DatabaseError::Statement(error.to_string()),
    }
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        // With its point, as SQLite writes it.
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(octets) | ValueRef::Blob(octets) => Some(String::from_utf8_lossy(octets).into_owned()),
    }
}
