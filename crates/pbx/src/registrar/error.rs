//! Why registrations cannot be kept.

use std::path::PathBuf;

/// What is wrong with the store. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Its folder cannot be made.
    #[error("cannot make the folder {path} for the store: {source}; make it, or give astdbdir another place")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Its file cannot be opened, read or written.
    #[error(
        "the store {path} cannot be used: {source}; check that the disk has room and that the file is yours"
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A later version wrote it.
    #[error(
        "the store {path} was written by a later version (schema {found}, this one knows {known}); start that version, or move the file away to begin with an empty one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// The thread that writes could not be started.
    #[error("cannot start the thread that writes the store: {0}")]
    Thread(#[from] std::io::Error),
    /// The thread that writes has ended.
    #[error("the store is closed")]
    Closed,
}
