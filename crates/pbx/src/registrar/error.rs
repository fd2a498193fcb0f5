//! Why registrations cannot be kept.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What is wrong with the store. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Its folder cannot be made.
    #[error(
        "cannot make the folder {} for the store: {source}; make it, or give astdbdir another place",
        path.display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its file, or the folder of it, may not be written.
    #[error(
        "the store {} cannot be opened for writing: {source}; give the user of this program the right to write \
         the file and its folder, or give astdbdir another place",
        path.display()
    )]
    Denied {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// No room is left.
    #[error("the disk of the store {} is full: {source}; make room on it", path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Another program writes it all the time.
    #[error(
        "the store {} is held by another program: {source}; end that program, or give this one an astdbdir of its own",
        path.display()
    )]
    Busy {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is no store, or what is in it was damaged.
    #[error(
        "the store {} is damaged or is no store at all: {source}; move the file away to begin with an empty one, \
         phones register again by themselves",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// It cannot be read or written for another reason.
    #[error("the store {} cannot be used: {source}; check the disk that it is on", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A later version wrote it.
    #[error(
        "the store {} was written by a later version (schema {found}, this one knows {known}); start that version, \
         or move the file away to begin with an empty one",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// A file of the journal cannot be used.
    #[error(
        "the journal {} cannot be used: {source}; make room on its disk, give the user of this program the right to \
         write it, or give astdbdir another place",
        path.display()
    )]
    Journal {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store could not be written for so long that its journal is full.
    #[error(
        "the journal {} is full, for the store could not be written for long; see what the log says of it, and mend that",
        path.display()
    )]
    Behind {
        /// The file.
        path: PathBuf,
    },
    /// Another process has the journal.
    #[error(
        "the journal {} is held by another process; end that one, or give this one an astdbdir of its own",
        path.display()
    )]
    Held {
        /// The file.
        path: PathBuf,
    },
    /// The exchange has stopped.
    #[error("the store of registrations is closed: this exchange has stopped")]
    Closed,
    /// The thread that writes could not be started.
    #[error("cannot start the thread that writes the store: {0}; raise the limit of threads")]
    Thread(#[from] std::io::Error),
    /// A store that is not a file of SQLite cannot be reached.
    #[error("the store cannot be reached: {0}")]
    Unreachable(String),
}

impl StoreError {
    /// What SQLite said of the file at `path`, with what can be done about it.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, source },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::Denied { path, source }
            }
            // A missing table or column is said as an unknown error: then the file is someone else's.
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown) => {
                Self::Damaged { path, source }
            }
            _ => Self::File { path, source },
        }
    }
}
