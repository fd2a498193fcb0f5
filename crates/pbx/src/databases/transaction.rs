//! Statements that count together, or not at all: a connection of their own from the first of them on.
//!
//! After [`commit`](Transaction::commit) and [`rollback`](Transaction::rollback) the next statement begins another one. What is open
//! when the value goes is rolled back, unless it [ends otherwise](Transaction::commit_at_end).

use std::sync::Arc;

#[cfg(feature = "mysql")]
use super::mysql::MysqlTransaction;
use super::sqlite::SqliteTransaction;
use super::{Answer, Bounds, Database, DatabaseError, Kind};

/// How far transactions see each other's work (ISO/IEC 9075-2, isolation levels).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// What others have committed.
    #[default]
    ReadCommitted,
    /// What others have only begun, too.
    ReadUncommitted,
    /// What was there as it began.
    RepeatableRead,
    /// As if there were no others.
    Serializable,
}

impl Isolation {
    /// The words of `res_odbc.conf` and of `ODBC(isolation)`.
    const WORDS: [(&'static str, Self); 4] = [
        ("read_committed", Self::ReadCommitted),
        ("read_uncommitted", Self::ReadUncommitted),
        ("repeatable_read", Self::RepeatableRead),
        ("serializable", Self::Serializable),
    ];

    /// The level of a word, in any case, with blanks or underscores in it. Beginnings count, as in Asterisk: `repeat`, `serial`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        let is_meant = |word: &str| {
            text == word || (text.len() >= 5 && word.starts_with(&text) && !text.starts_with("read"))
        };
        Self::WORDS.iter().find(|(word, _)| is_meant(word)).map(|(_, level)| *level)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, level)| *level == self).map_or("read_committed", |(word, _)| word)
    }

    /// As SQL says it.
    #[cfg(feature = "mysql")]
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// Statements of one data base that count together.
pub struct Transaction {
    database: Arc<Database>,
    isolation: Isolation,
    commits_at_end: bool,
    connection: Option<Connection>,
    /// The connection was lost with work in it: nobody is to take the rest for the whole.
    is_lost: bool,
}

enum Connection {
    Sqlite(SqliteTransaction),
    #[cfg(feature = "mysql")]
    Mysql(MysqlTransaction),
}

impl Transaction {
    pub(super) fn new(database: Arc<Database>) -> Self {
        let (isolation, commits_at_end) = (database.settings.isolation, database.settings.force_commit);
        Self { database, isolation, commits_at_end, connection: None, is_lost: false }
    }

    /// How far it sees the work of others.
    pub fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// Sees so far from its next beginning on. A file of SQLite is always [serializable](Isolation::Serializable).
    pub fn set_isolation(&mut self, isolation: Isolation) {
        self.isolation = isolation;
    }

    /// Whether what is open at its end is committed.
    pub fn commits_at_end(&self) -> bool {
        self.commits_at_end
    }

    /// Says what becomes of what is open at its end.
    pub fn commit_at_end(&mut self, commits: bool) {
        self.commits_at_end = commits;
    }

    /// Puts a statement within it.
    ///
    /// # Errors
    /// [`DatabaseError`]; [`DatabaseError::TransactionLost`] where what was done before is undone, until [`Self::rollback`] has said that
    /// this is known.
    pub async fn ask(&mut self, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        if self.is_lost {
            self.connection = None;
            return Err(DatabaseError::TransactionLost);
        }
        let isolation = self.isolation;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(open(&self.database).await?),
        };
        let asked = Asked { is_lost: &mut self.is_lost, is_done: false };
        let answer = match connection {
            Connection::Sqlite(file) => file.ask(sql, bounds).await,
            #[cfg(feature = "mysql")]
            Connection::Mysql(server) => server.ask(sql, bounds, isolation).await,
        };
        #[cfg(not(feature = "mysql"))]
        let _ = isolation;
        let is_usable = connection.is_usable();
        asked.answered(is_usable);
        if !is_usable {
            self.connection = None;
        }
        answer
    }

    /// Makes it count, for ever.
    ///
    /// # Errors
    /// [`DatabaseError`]: it counts no more than what was rolled back.
    pub async fn commit(&mut self) -> Result<(), DatabaseError> {
        if std::mem::take(&mut self.is_lost) {
            // With it goes what is left of it.
            self.connection = None;
            return Err(DatabaseError::TransactionLost);
        }
        self.finish(true).await
    }

    /// Undoes it.
    ///
    /// # Errors
    /// [`DatabaseError`]: the data base has no way but to undo it by itself.
    pub async fn rollback(&mut self) -> Result<(), DatabaseError> {
        self.is_lost = false;
        self.finish(false).await
    }

    async fn finish(&mut self, commits: bool) -> Result<(), DatabaseError> {
        // A connection that fails here is not used again.
        let Some(mut connection) = self.connection.take() else { return Ok(()) };
        let finished = connection.finish(commits).await;
        if connection.is_usable() {
            self.connection = Some(connection);
        }
        finished
    }
}

/// A statement that is dropped in the middle leaves a connection of which nobody knows what it has done.
struct Asked<'a> {
    is_lost: &'a mut bool,
    is_done: bool,
}

impl Asked<'_> {
    fn answered(mut self, is_usable: bool) {
        self.is_done = is_usable;
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        *self.is_lost |= !self.is_done;
    }
}

impl Connection {
    fn is_usable(&self) -> bool {
        match self {
            Self::Sqlite(file) => file.is_usable(),
            #[cfg(feature = "mysql")]
            Self::Mysql(server) => server.is_usable(),
        }
    }

    async fn finish(&mut self, commits: bool) -> Result<(), DatabaseError> {
        match self {
            Self::Sqlite(file) => file.finish(commits).await,
            #[cfg(feature = "mysql")]
            Self::Mysql(server) => server.finish(commits).await,
        }
    }
}

async fn open(database: &Arc<Database>) -> Result<Connection, DatabaseError> {
    match &database.kind {
        Kind::Sqlite(file) => file.transaction().await.map(Connection::Sqlite),
        #[cfg(feature = "mysql")]
        Kind::Mysql(server) => server.transaction().await.map(Connection::Mysql),
        Kind::Refused(problem) => Err(DatabaseError::Refused(problem.clone())),
    }
}

impl Drop for Transaction {
    /// What is open comes to its end on a task of its own: a channel that goes waits for nothing.
    fn drop(&mut self) {
        let (Some(mut connection), commits) = (self.connection.take(), self.commits_at_end && !self.is_lost)
        else {
            return;
        };
        let name = self.database.settings.name.clone();
        // Without a runtime the connection just closes, and the data base rolls back.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(problem) = connection.finish(commits).await
                    && commits
                {
                    tracing::warn!(
                        "[{name}] of res_odbc.conf: what was open at the end of a call is undone: {problem}"
                    );
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Isolation::{self, *};

    #[test]
    fn levels_have_words() {
        let words =
            ["Read Committed", "read_uncommitted", "repeat", "serial", "serializable", "read", "x", ""];
        let levels = [
            Some(ReadCommitted),
            Some(ReadUncommitted),
            Some(RepeatableRead),
            Some(Serializable),
            Some(Serializable),
            None,
            None,
            None,
        ];
        assert_eq!(words.map(Isolation::parse), levels);
        assert_eq!(RepeatableRead.word(), "repeatable_read");
    }
}
