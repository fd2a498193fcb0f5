//! Where the texts come from: a trait, and files held in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The folder of configuration as the loader sees it.
///
/// An implementation over the file system is three calls long; [`MemoryFiles`] serves tests and embedders.
pub trait Files {
    /// Reads a whole file.
    ///
    /// # Errors
    /// Any error of the store; [`io::ErrorKind::NotFound`] lets `#tryinclude` pass in silence.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Lists the files that a pattern with `*`, `?` or `[...]` names, in the order in which they are to be
    /// read (sorted by name). A pattern that names nothing gives an empty list.
    fn glob(&self, pattern: &Path) -> Vec<PathBuf>;

    /// Runs the command of an `#exec` line and returns what it printed.
    ///
    /// Called only where [`LoadOptions::allow_exec`](crate::LoadOptions::allow_exec) is set.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] unless the implementation runs commands.
    fn execute(&self, command: &str) -> io::Result<Vec<u8>> {
        let _ = command;
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}

/// Files held in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// An empty folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file in its place, replacing one of the same path.
    pub fn insert(&mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) {
        self.files.insert(normal(&path.into()), content.into());
    }
}

impl<P: Into<PathBuf>, C: Into<Vec<u8>>, const N: usize> From<[(P, C); N]> for MemoryFiles {
    fn from(list: [(P, C); N]) -> Self {
        let mut files = Self::new();
        for (path, content) in list {
            files.insert(path, content);
        }
        files
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(&normal(path)).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn glob(&self, pattern: &Path) -> Vec<PathBuf> {
        let pattern = normal(pattern);
        let wanted: Vec<_> = pattern.components().collect();
        let fits = |path: &&PathBuf| {
            let parts: Vec<_> = path.components().collect();
            parts.len() == wanted.len()
                && parts.iter().zip(&wanted).all(|(name, pattern)| {
                    wildcard(
                        pattern.as_os_str().to_string_lossy().as_bytes(),
                        name.as_os_str().to_string_lossy().as_bytes(),
                    )
                })
        };
        self.files.keys().filter(fits).cloned().collect()
    }
}

/// The path without `.` and with `..` taken back, as text alone (no symbolic links are followed).
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// Matches one path component against `*`, `?` and `[...]`, in time proportional to the product of both.
fn wildcard(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
                continue;
            }
            Some(b'?') => Some(1),
            Some(b'[') => set(&pattern[p..], name[n]),
            Some(&byte) if byte == name[n] => Some(1),
            _ => None,
        };
        match (step, retry) {
            (Some(length), _) => (p, n) = (p + length, n + 1),
            (None, Some((after, from))) => {
                (p, n) = (after, from + 1);
                retry = Some((after, from + 1));
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// The length of the set at the start of `pattern` when it holds `byte`.
fn set(pattern: &[u8], byte: u8) -> Option<usize> {
    let close = pattern.iter().skip(2).position(|&b| b == b']')? + 2;
    let (negated, members) = match pattern[1] {
        b'!' | b'^' => (true, &pattern[2..close]),
        _ => (false, &pattern[1..close]),
    };
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if at + 2 < members.len() && members[at + 1] == b'-' {
            found |= (members[at]..=members[at + 2]).contains(&byte);
            at += 3;
        } else {
            found |= members[at] == byte;
            at += 1;
        }
    }
    (found != negated).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_as_a_shell_does() {
        for (pattern, name, expected) in [
            ("*.conf", "a.conf", true),
            ("*.conf", "a.conf.bak", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("[", "[", false),
        ] {
            assert_eq!(wildcard(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn memory_files_are_found_by_any_spelling_of_their_path() {
        let files = MemoryFiles::from([("/etc/a/one.conf", "x"), ("/etc/a/two.conf", "y")]);
        assert_eq!(files.read(Path::new("/etc/./b/../a/one.conf")).unwrap(), b"x");
        assert_eq!(files.glob(Path::new("/etc/a/*.conf")).len(), 2);
        assert_eq!(files.glob(Path::new("/etc/*/t*.conf")).len(), 1);
        assert!(files.glob(Path::new("/etc/*.conf")).is_empty());
    }
}
