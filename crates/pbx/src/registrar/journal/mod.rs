//! What has changed since the store was last brought up to date: lines at the end of a file, which cost one system call.
//!
//! There are two files. While the store takes over what is in the one, new lines go into the other; then the first is
//! emptied. A start finds what was not taken over in either of them, and puts it in the order of its numbers. Carried out
//! twice, a line does what it did once.

mod record;
#[cfg(test)]
mod tests;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::StoreError;
use super::store::StoredChange;

/// The files' names.
const FILES: [&str; 2] = ["registrations-1.journal", "registrations-2.journal"];

/// Octets of a file at most. A store that cannot be written for so long has to be looked after.
const LONGEST: u64 = 64 << 20;

/// Waits this long for a process before this one to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Changes on the disk which the store does not have yet.
pub(super) struct Journal {
    files: [JournalFile; 2],
    /// Which one new lines go to.
    current: usize,
    /// The number of the next line.
    next: u64,
    /// Lines on their way to the file, kept for their memory.
    lines: Vec<u8>,
}

struct JournalFile {
    path: PathBuf,
    file: File,
    length: u64,
}

pub(super) mod fuzzing {
    //! What the fuzz target does to lines.

    use super::record;

    /// Reads lines; each that makes sense is written and read as the same.
    pub(in crate::registrar) fn lines(data: &[u8]) {
        for line in data.split_inclusive(|octet| *octet == b'\n') {
            let Some((number, change)) = record::read(line) else { continue };
            let mut written = Vec::new();
            record::write(&mut written, number, &change);
            assert_eq!(record::read(&written), Some((number, change)));
        }
    }
}

impl Journal {
    /// Opens the files in `folder`, and makes them where they are missing; with the changes that are in them, in their
    /// order. They stay there until [`clear`](Self::clear).
    ///
    /// # Errors
    /// [`StoreError`] when a file cannot be used, or another process holds them.
    pub(super) fn open(folder: &Path) -> Result<(Self, Vec<StoredChange>), StoreError> {
        let [first, second] = FILES.map(|name| JournalFile::open(folder.join(name)));
        let mut files = [first?, second?];
        files[0].lock()?;
        let mut found = Vec::new();
        for file in &mut files {
            found.append(&mut file.read()?);
        }
        found.sort_by_key(|(number, _)| *number);
        let next = found.last().map_or(1, |(number, _)| number + 1);
        let journal = Self { files, current: 0, next, lines: Vec::new() };
        Ok((journal, found.into_iter().map(|(_, change)| change).collect()))
    }

    /// Writes changes down, all or none of them. When it returns they survive the end of the process.
    ///
    /// # Errors
    /// [`StoreError`] when there is no room, or the system refuses.
    pub(super) fn append(&mut self, changes: &[StoredChange]) -> Result<(), StoreError> {
        self.lines.clear();
        for (number, change) in (self.next..).zip(changes) {
            record::write(&mut self.lines, number, change);
        }
        self.files[self.current].append(&self.lines)?;
        self.next += changes.len() as u64;
        Ok(())
    }

    /// Goes on in the other file, unless the store has yet to take over what is there.
    pub(super) fn turn(&mut self) {
        let other = 1 - self.current;
        if self.files[other].length == 0 {
            self.current = other;
        }
    }

    /// The store has taken over what came before the last [`turn`](Self::turn).
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn forget_older(&mut self) -> Result<(), StoreError> {
        self.files[1 - self.current].clear()
    }

    /// The store has taken over everything.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn clear(&mut self) -> Result<(), StoreError> {
        // The older one first: alone, the newer one may be carried out once more, and the older one may not.
        self.forget_older()?;
        self.files[self.current].clear()
    }
}

impl JournalFile {
    /// Who may call from where is nobody's business but the administrator's.
    fn open(path: PathBuf) -> Result<Self, StoreError> {
        let file = OpenOptions::new().read(true).append(true).create(true).mode(0o640).open(&path);
        match file {
            Ok(file) => Ok(Self { path, file, length: 0 }),
            Err(source) => Err(StoreError::Journal { path, source }),
        }
    }

    /// Keeps other processes from these files for as long as this one lives.
    fn lock(&self) -> Result<(), StoreError> {
        let begun = Instant::now();
        loop {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::Held { path: self.path.clone() }),
                Err(TryLockError::Error(source)) => return Err(self.failed(source)),
            }
        }
    }

    fn read(&mut self) -> Result<Vec<(u64, StoredChange)>, StoreError> {
        let mut text = Vec::new();
        self.file.read_to_end(&mut text).map_err(|source| self.failed(source))?;
        self.length = text.len() as u64;
        let lines = text.split_inclusive(|octet| *octet == b'\n');
        let all = lines.clone().count();
        // One without an end was never acknowledged.
        let whole = lines.filter(|line| line.ends_with(b"\n"));
        let records: Vec<_> = whole.filter_map(record::read).collect();
        if records.len() < all {
            let (odd, path) = (all - records.len(), self.path.display());
            tracing::error!("{odd} lines in {path} make no sense and are passed over; phones register again");
        }
        Ok(records)
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        if self.length + lines.len() as u64 > LONGEST {
            return Err(StoreError::Behind { path: self.path.clone() });
        }
        if let Err(source) = self.file.write_all(lines) {
            // Half a line would take the next one with it.
            let _ = self.file.set_len(self.length);
            return Err(self.failed(source));
        }
        self.length += lines.len() as u64;
        Ok(())
    }

    fn clear(&mut self) -> Result<(), StoreError> {
        if self.length > 0 {
            self.file.set_len(0).map_err(|source| self.failed(source))?;
            self.length = 0;
        }
        Ok(())
    }

    fn failed(&self, source: io::Error) -> StoreError {
        StoreError::Journal { path: self.path.clone(), source }
    }
}
