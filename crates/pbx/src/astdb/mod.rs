//! What dialplans and people keep in the data base of the exchange (`DB(family/key)`, `database put`): names with a family
//! before them, and values. All of it is in memory, so that it is read at once; what changes is in the file before whoever
//! changed it goes on.
//!
//! The file is the one that Asterisk writes, in its folder and under its name, so that it can be taken over as it is.

mod file;
mod tree;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use file::{Job, Writer};
use tree::Tree;

/// Longest family with its key, in octets.
const LONGEST_KEY: usize = 256;

/// Longest value, in octets: what a variable of a dialplan can hold.
const LONGEST_VALUE: usize = 64 << 10;

/// Most entries.
const MOST: usize = 1_000_000;

/// Why something is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AstDbError {
    /// A family or a key is empty, or both are too long together.
    #[error("'{0}' names no entry; write family/key, of 256 characters at most")]
    BadKey(String),
    /// The value is too long.
    #[error("the value is longer than 64 KiB")]
    TooLong,
    /// There are too many entries.
    #[error("the data base is full: it has a million entries; delete some")]
    Full,
    /// The file cannot be written. What was set is forgotten with the end of the exchange.
    #[error("it is not on the disk: {0}; check the disk and the rights of the data base's folder")]
    NotKept(String),
    /// A query that the data base refused.
    #[error("{0}")]
    Query(String),
}

/// The data base.
pub struct AstDb {
    tree: Mutex<Tree>,
    writer: Writer,
}

impl AstDb {
    /// Opens the file in `folder` and reads it; makes it where there is none. Without a file that can be used it all stays in
    /// memory: the log says so, and so does each change.
    pub(crate) fn open(folder: &Path) -> Self {
        let (writer, entries) = Writer::open(folder);
        Self { tree: Mutex::new(entries.into_iter().collect()), writer }
    }

    /// The value of a key of a family.
    pub fn get(&self, family: &str, key: &str) -> Option<String> {
        self.tree().get(&path(family, key)).map(str::to_owned)
    }

    /// Sets a value, and resolves when it is on the disk.
    ///
    /// # Errors
    /// [`AstDbError`] says what is too long, or why it is not kept.
    pub async fn put(&self, family: &str, key: &str, value: &str) -> Result<(), AstDbError> {
        let path = path(family, key);
        if family.is_empty() || key.is_empty() || path.len() > LONGEST_KEY {
            return Err(AstDbError::BadKey(format!("{family}/{key}")));
        }
        if value.len() > LONGEST_VALUE {
            return Err(AstDbError::TooLong);
        }
        let kept = {
            let mut tree = self.tree();
            if tree.len() >= MOST && tree.get(&path).is_none() {
                return Err(AstDbError::Full);
            }
            tree.put(&path, value);
            // Under the lock, so that the file hears of changes in their order.
            self.ask(|done| Job::Put { path, value: value.to_owned(), done })
        };
        waited(kept).await
    }

    /// Deletes an entry, and tells what it was; resolves when that is on the disk.
    ///
    /// # Errors
    /// [`AstDbError::NotKept`].
    pub async fn delete(&self, family: &str, key: &str) -> Result<Option<String>, AstDbError> {
        let path = path(family, key);
        let (was, kept) = {
            let mut tree = self.tree();
            let Some(was) = tree.delete(&path) else { return Ok(None) };
            (was, self.ask(|done| Job::Delete { paths: vec![path], done }))
        };
        waited(kept).await.map(|()| Some(was))
    }

    /// Deletes all below a family, or below a key of it, and tells how many entries that were.
    ///
    /// # Errors
    /// [`AstDbError::NotKept`].
    pub async fn delete_tree(&self, family: &str, below: &str) -> Result<usize, AstDbError> {
        let (count, kept) = {
            let mut tree = self.tree();
            let paths = tree.delete_below(&prefix(family, below));
            if paths.is_empty() {
                return Ok(0);
            }
            (paths.len(), self.ask(|done| Job::Delete { paths, done }))
        };
        waited(kept).await.map(|()| count)
    }

    /// All entries below a family, or below a key of it, as `/family/key` and value; all where nothing is named.
    pub fn below(&self, family: &str, below: &str) -> Vec<(String, String)> {
        self.tree().below(&prefix(family, below))
    }

    /// All entries whose last name is `key`.
    pub fn with_key(&self, key: &str) -> Vec<(String, String)> {
        let ending = format!("/{key}");
        let mut found = self.tree().below("");
        found.retain(|(path, _)| path.ends_with(&ending));
        found
    }

    /// The names that stand next below a family or a key of it; the families where nothing is named.
    pub fn names_below(&self, place: &str) -> Vec<String> {
        self.tree().names_below(&prefix(place, ""))
    }

    /// Lets SQLite run a statement on the file, and shows the rows.
    ///
    /// # Errors
    /// [`AstDbError::Query`] is what SQLite said.
    pub async fn query(&self, statement: &str) -> Result<Vec<String>, AstDbError> {
        let asked = self.ask(|done| Job::Query { statement: statement.to_owned(), done });
        let answer = asked.await.unwrap_or_else(|_| Err(gone()))?;
        if let Some(entries) = answer.changed {
            *self.tree() = entries.into_iter().collect();
        }
        Ok(answer.rows)
    }

    fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> oneshot::Receiver<T> {
        let (done, asked) = oneshot::channel();
        self.writer.send(job(done));
        asked
    }

    fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn waited(kept: oneshot::Receiver<Result<(), AstDbError>>) -> Result<(), AstDbError> {
    kept.await.unwrap_or_else(|_| Err(gone()))
}

fn gone() -> AstDbError {
    AstDbError::NotKept("its file could not be opened".to_owned())
}

fn path(family: &str, key: &str) -> String {
    format!("/{family}/{key}")
}

/// What the paths begin with that are meant.
fn prefix(family: &str, below: &str) -> String {
    match (family.trim_matches('/'), below.trim_matches('/')) {
        ("", _) => String::new(),
        (family, "") => format!("/{family}"),
        (family, below) => format!("/{family}/{below}"),
    }
}

#[cfg(test)]
mod tests;
