//! What is kept over restarts: device states, presences and counts of mailboxes that were set by dialplans and by hand, and
//! the subscriptions of phones, bans.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::registrar::choose_journal;
use crate::sqlite_file;

/// The file's name.
const FILE: &str = "presence.sqlite3";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS kept (
        family TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (family, name)
    ) WITHOUT ROWID, STRICT;";

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `Custom:` devices.
    Device,
    /// `CustomPresence:` providers.
    Presence,
    /// Mailboxes.
    Mailbox,
    /// Subscriptions of phones.
    Subscription,
    /// Sources that the guard has banned.
    Ban,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Presence => "presence",
            Self::Mailbox => "mailbox",
            Self::Subscription => "subscription",
            Self::Ban => "ban",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let all = [Self::Device, Self::Presence, Self::Mailbox, Self::Subscription, Self::Ban];
        all.into_iter().find(|family| family.name() == name)
    }
}

/// What the thread is asked for.
enum Job {
    /// A value to keep; `None` forgets it.
    Put { family: Family, name: String, value: Option<String> },
    /// Somebody waits for all that came before.
    Tell(oneshot::Sender<()>),
}

/// The way to the thread that writes. It ends, with all written, when this is dropped.
pub(crate) struct KeptValues {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl KeptValues {
    /// Opens the file in `folder`, and reads what is in it. Without a file that can be used nothing is kept; the log says
    /// so, and calls go on.
    pub(crate) fn open(folder: &Path) -> (Self, Vec<(Family, String, String)>) {
        let path = folder.join(FILE);
        let opened = std::fs::create_dir_all(folder).map_err(|error| error.to_string()).and_then(|()| {
            sqlite_file::open_or_begin_anew(&path, || open(&path)).map_err(|error| error.to_string())
        });
        match opened.and_then(|(connection, kept)| Ok((Self::start(connection)?, kept))) {
            Ok(opened) => opened,
            Err(error) => {
                let path = path.display();
                tracing::error!(
                    "device states, presences, subscriptions and bans are not kept, for {path} cannot be used: {error}; give the user of \
                     this program the right to write it, or move it away"
                );
                (Self { jobs: None, thread: None }, Vec::new())
            }
        }
    }

    fn start(connection: Connection) -> Result<Self, String> {
        // Not bounded itself: each change is one of a channel's dialplan or of a console, which wait for their turn.
        let (jobs, queue) = channel();
        let thread = thread::Builder::new().name("presence".to_owned());
        let thread = thread.spawn(move || run(&connection, &queue)).map_err(|error| error.to_string())?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Keeps a value, soon.
    pub(crate) fn put(&self, family: Family, name: &str, value: Option<String>) {
        if let Some(jobs) = &self.jobs {
            // A thread that is gone has said why.
            let _ = jobs.send(Job::Put { family, name: name.to_owned(), value });
        }
    }

    /// Resolves when all that was put so far is kept, or cannot be.
    pub(crate) async fn flush(&self) {
        let (done, kept) = oneshot::channel();
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(Job::Tell(done));
            let _ = kept.await;
        }
    }
}

impl Drop for KeptValues {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panic of it is in the log.
            let _ = thread.join();
        }
    }
}

type Kept = Vec<(Family, String, String)>;

fn open(path: &Path) -> rusqlite::Result<(Connection, Kept)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    choose_journal(&connection)?;
    connection.execute_batch(SCHEMA)?;
    let kept = {
        let mut statement = connection.prepare("SELECT family, name, value FROM kept")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
        rows.into_iter()
            .filter_map(|(family, name, value)| Some((Family::of(&family)?, name, value)))
            .collect()
    };
    Ok((connection, kept))
}

/// Values that are written together.
const TOGETHER: usize = 256;

fn run(connection: &Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let waiting = queue.try_iter().take(TOGETHER - 1);
        let jobs: Vec<Job> = std::iter::once(first).chain(waiting).collect();
        if let Err(error) = write(connection, &jobs) {
            tracing::error!("states that were set are not kept: {error}; check the disk of the store");
        }
        for job in jobs {
            if let Job::Tell(done) = job {
                // Whoever asked may have lost interest since.
                let _ = done.send(());
            }
        }
    }
}

/// All or nothing.
fn write(connection: &Connection, jobs: &[Job]) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for job in jobs {
        let Job::Put { family, name, value } = job else { continue };
        match value {
            Some(value) => transaction.execute(
                "INSERT INTO kept VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = excluded.value",
                (family.name(), name, value),
            )?,
            None => transaction
                .execute("DELETE FROM kept WHERE family = ?1 AND name = ?2", (family.name(), name))?,
        };
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (store, kept) = KeptValues::open(folder.path());
        assert!(kept.is_empty());
        store.put(Family::Device, "Custom:lamp", Some("BUSY".to_owned()));
        store.put(Family::Device, "Custom:lamp", Some("INUSE".to_owned()));
        store.put(Family::Presence, "CustomPresence:a", Some("away,,".to_owned()));
        store.put(Family::Presence, "CustomPresence:a", None);
        drop(store);
        let (_store, kept) = KeptValues::open(folder.path());
        assert_eq!(kept, [(Family::Device, "Custom:lamp".to_owned(), "INUSE".to_owned())]);
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_gone_without() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let (store, kept) = KeptValues::open(&file);
        store.put(Family::Mailbox, "100@default", Some("1/0".to_owned()));
        assert!(kept.is_empty());
    }
}
