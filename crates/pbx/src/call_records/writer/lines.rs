//! A file of lines: each call adds all of its lines or none, and a line that was cut off is ended.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A file that lines are added to. It stays open, and is made anew when somebody who rotates logs has moved it away.
#[derive(Debug)]
pub(super) struct LineFile {
    path: PathBuf,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    /// Device and number, by which a file is the same under any name.
    identity: (u64, u64),
    /// Whether there is something that a loss of power would take.
    unsynced: bool,
    /// Whether the folder may not know it yet after a loss of power.
    is_new: bool,
}

impl LineFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds `lines`, each with its end. They outlive the end of this process, and after [`LineFile::sync`] a loss of power.
    ///
    /// # Errors
    /// A sentence that says what to do; the file is as it was before then, as far as the disk lets it.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), String> {
        self.add(lines).map_err(|error| self.told(&error))
    }

    /// Has all that was added on the disk.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub(super) fn sync(&mut self) -> Result<(), String> {
        self.open.as_mut().map_or(Ok(()), Open::sync).map_err(|error| self.told(&error))
    }

    fn told(&self, error: &std::io::Error) -> String {
        let path = self.path.display();
        format!("{error}; give the user of this program the right to write {path}, or make room on its disk")
    }

    fn add(&mut self, lines: &[u8]) -> std::io::Result<()> {
        let there = std::fs::metadata(&self.path).ok();
        let same = |open: &Open| there.as_ref().is_some_and(|there| identity(there) == open.identity);
        if !self.open.as_ref().is_some_and(same) {
            self.reopen(there.is_none(), lines)
        } else if let Some(open) = &mut self.open {
            open.add(there.map_or(0, |there| there.len()), lines)
        } else {
            Ok(())
        }
    }

    /// Opens what lies there now, or makes it, and adds the first lines.
    fn reopen(&mut self, is_new: bool, lines: &[u8]) -> std::io::Result<()> {
        if let Some(mut moved) = self.open.take() {
            moved.sync()?;
        }
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(&self.path)?;
        let there = file.metadata()?;
        // A line that a loss of power cut off ends here.
        let torn = is_torn(&mut file, there.len())?;
        let mut open = Open { file, identity: identity(&there), unsynced: false, is_new };
        let outcome = match torn {
            true => open.add(there.len(), &[b"\n", lines].concat()),
            false => open.add(there.len(), lines),
        };
        self.open = Some(open);
        outcome
    }
}

impl Open {
    /// Adds `lines` to a file of `length` octets.
    fn add(&mut self, length: u64, lines: &[u8]) -> std::io::Result<()> {
        self.unsynced = true;
        self.file.write_all(lines).inspect_err(|_| {
            // What came onto the disk of lines that will be written again must not stay.
            let _ = self.file.set_len(length);
        })
    }

    fn sync(&mut self) -> std::io::Result<()> {
        if self.unsynced {
            if self.is_new { self.file.sync_all() } else { self.file.sync_data() }?;
        }
        (self.unsynced, self.is_new) = (false, false);
        Ok(())
    }
}

fn identity(of: &Metadata) -> (u64, u64) {
    (of.dev(), of.ino())
}

/// Whether the file ends within a line.
fn is_torn(file: &mut File, length: u64) -> std::io::Result<bool> {
    let Some(last) = length.checked_sub(1) else { return Ok(false) };
    let mut octet = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut octet)?;
    Ok(octet != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn lines_are_added_to_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/file.csv");
        let mut file = LineFile::new(path.clone());
        file.append(b"one\n").unwrap();
        file.append(b"two\nthree\n").unwrap();
        assert_eq!(read(&path), "one\ntwo\nthree\n");
        file.sync().unwrap();
        LineFile::new(path.clone()).append(b"four\n").unwrap();
        assert_eq!(read(&path), "one\ntwo\nthree\nfour\n");
    }

    #[test]
    fn a_torn_line_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, "one\ntw").unwrap();
        LineFile::new(path.clone()).append(b"three\n").unwrap();
        assert_eq!(read(&path), "one\ntw\nthree\n");
    }

    #[test]
    fn a_file_that_was_moved_away_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("file.csv"), folder.path().join("file.csv.1"));
        let mut file = LineFile::new(path.clone());
        file.append(b"one\n").unwrap();
        std::fs::rename(&path, &moved).unwrap();
        file.append(b"two\n").unwrap();
        assert_eq!((read(&moved).as_str(), read(&path).as_str()), ("one\n", "two\n"));
        std::fs::rename(&path, &moved).unwrap();
        std::fs::write(&path, "of somebody else\n").unwrap();
        file.append(b"three\n").unwrap();
        assert_eq!(read(&path), "of somebody else\nthree\n");
        // `copytruncate` of logrotate.
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        file.append(b"four\n").unwrap();
        assert_eq!(read(&path), "four\n");
    }

    #[test]
    fn a_folder_that_is_a_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cdr-csv"), "").unwrap();
        let mut file = LineFile::new(folder.path().join("cdr-csv/Master.csv"));
        let problem = file.append(b"one\n").unwrap_err();
        assert!(problem.contains("the right to write") && problem.contains("Master.csv"), "{problem}");
    }
}
