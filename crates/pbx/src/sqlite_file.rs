//! Data bases of our own for what phones say again: one that is damaged is put aside, with all that can still be read from it, and
//! the exchange starts with a new one. Phones that ring are worth more than what was kept for them.

use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::ErrorCode;

/// What SQLite writes beside a data base belongs to it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Opens the data base at `path` by `open`: once more where it is damaged and could be put aside.
///
/// # Errors
/// Those of `open`.
pub(crate) fn open_or_begin_anew<T>(
    path: &Path,
    open: impl Fn() -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    match open() {
        Err(error) if is_damaged(&error) && put_aside(path, &error) => open(),
        opened => opened,
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
}

/// Puts a damaged data base aside, and tells where it is; `false` where it cannot be moved.
pub(crate) fn put_aside(path: &Path, why: &dyn Display) -> bool {
    match renamed(path) {
        Ok(aside) => {
            let (path, aside) = (path.display(), aside.display());
            tracing::error!("{path} is damaged and begins anew: {why}; what it was is in {aside}");
            true
        }
        Err(reason) => {
            tracing::error!("{} is damaged and cannot be moved away: {reason}", path.display());
            false
        }
    }
}

/// Gives the file another name, under which SQLite finds its parts as well.
fn renamed(path: &Path) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let named = |name: &Path, end: &str| {
        let mut name = OsString::from(name);
        name.push(end);
        PathBuf::from(name)
    };
    let aside = named(path, &format!(".damaged-{now}"));
    for part in PARTS {
        match std::fs::rename(named(path, part), named(&aside, part)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn one_that_is_damaged_is_put_aside_and_another_one_begun() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite3");
        let open = || {
            let connection = Connection::open(&path)?;
            connection.execute_batch("CREATE TABLE IF NOT EXISTS t (n); INSERT INTO t VALUES (1)")?;
            connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))
        };
        let opened = || open_or_begin_anew::<u32>(&path, open);
        assert_eq!((opened(), opened()), (Ok(1), Ok(2)));
        let garbage = vec![0xA5; 3_000];
        std::fs::write(&path, &garbage).unwrap();
        assert_eq!((opened(), opened()), (Ok(1), Ok(2)));
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let kept = names.filter(|name| name.to_string_lossy().contains("a.sqlite3.damaged-"));
        let kept: Vec<_> = kept.map(|name| std::fs::read(name).unwrap()).collect();
        assert_eq!(kept, [garbage]);
    }

    #[test]
    fn what_is_not_damaged_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite3");
        let open = || Connection::open(&path)?.execute_batch("INSERT INTO nowhere VALUES (1)");
        assert!(open_or_begin_anew(&path, open).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
