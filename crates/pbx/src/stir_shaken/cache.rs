//! Certificates that were fetched: in memory, and on the disk for the next start.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// What stood behind an address, or why nothing could be had.
pub(super) type Found = Result<Arc<[u8]>, String>;

/// What is known of addresses.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<String, Entry>>);

struct Entry {
    found: Found,
    until: SystemTime,
}

impl Cache {
    /// What is known of an address at `now`.
    pub(super) fn recall(&self, url: &str, now: SystemTime) -> Option<Found> {
        self.entries().get(url).filter(|entry| now < entry.until).map(|entry| entry.found.clone())
    }

    /// Notes what was found, until then. Of more than `most` the one goes that counts for the shortest time.
    pub(super) fn note(&self, url: &str, found: Found, until: SystemTime, most: usize) {
        let mut entries = self.entries();
        while entries.len() >= most.max(1) && !entries.contains_key(url) {
            let first = entries.iter().min_by_key(|(_, entry)| entry.until).map(|(url, _)| url.clone());
            let Some(first) = first else { break };
            entries.remove(&first);
        }
        entries.insert(url.to_owned(), Entry { found, until });
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the head of a file may be: an address and a number.
const LONGEST_HEAD: usize = 4_096;

/// What the disk knows of an address at `now`, and how long it counts. Blocks.
pub(super) fn read(folder: &Path, url: &str, now: SystemTime) -> Option<(Arc<[u8]>, SystemTime)> {
    let file = fs::read(path_of(folder, url)).ok()?;
    let end = file.windows(2).take(LONGEST_HEAD).position(|octets| octets == b"\n\n")?;
    let mut head = std::str::from_utf8(&file[..end]).ok()?.lines();
    let same = head.next()?.strip_prefix(ADDRESS)? == url;
    let seconds: u64 = head.next()?.strip_prefix(UNTIL)?.parse().ok()?;
    let until = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    (same && now < until).then(|| (Arc::from(&file[end + 2..]), until))
}

/// Keeps a certificate on the disk, and takes the oldest ones away where there are more than `most`. Blocks.
pub(super) fn write(
    folder: &Path,
    url: &str,
    found: &[u8],
    until: SystemTime,
    most: usize,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let seconds = until.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut text = format!("{ADDRESS}{url}\n{UNTIL}{seconds}\n\n").into_bytes();
    text.extend_from_slice(found);
    let path = path_of(folder, url);
    // Nobody reads half a file: it appears at once.
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, &path)?;
    thin_out(folder, most)
}

const ADDRESS: &str = "Fetched from ";
const UNTIL: &str = "Kept until ";

/// A file of its own for each address; nothing of the address is in its name, which a caller chose.
fn path_of(folder: &Path, url: &str) -> PathBuf {
    let name: String = Sha256::digest(url.as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect();
    folder.join(name).with_extension("pem")
}

fn thin_out(folder: &Path, most: usize) -> io::Result<()> {
    let is_ours = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "pem");
    let mut files: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)?
        .filter_map(|entry| {
            Some((entry.as_ref().ok()?.metadata().ok()?.modified().ok()?, entry.ok()?.path()))
        })
        .filter(|(_, path)| is_ours(path))
        .collect();
    files.sort();
    let too_many = files.len().saturating_sub(most.max(1));
    files.into_iter().take(too_many).try_for_each(|(_, path)| fs::remove_file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn found(text: &str) -> Found {
        Ok(Arc::from(text.as_bytes()))
    }

    #[test]
    fn what_is_known_is_known_for_its_time() {
        let cache = Cache::default();
        cache.note("https://h/a", found("A"), at(10), 2);
        assert_eq!(cache.recall("https://h/a", at(9)), Some(found("A")));
        assert_eq!(cache.recall("https://h/a", at(10)), None);
        cache.note("https://h/a", Err("away".to_owned()), at(20), 2);
        assert_eq!(cache.recall("https://h/a", at(19)), Some(Err("away".to_owned())));
        cache.note("https://h/b", found("B"), at(30), 2);
        cache.note("https://h/c", found("C"), at(40), 2);
        assert_eq!(cache.recall("https://h/a", at(1)), None, "it made room");
        assert_eq!(cache.recall("https://h/b", at(1)), Some(found("B")));
    }

    #[test]
    fn the_disk_keeps_what_it_is_given_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("keys/cache");
        assert!(read(&place, "https://h/a", at(1)).is_none());
        write(&place, "https://h/a", b"-----\n\nBEGIN", at(10), 2).unwrap();
        let (kept, until) = read(&place, "https://h/a", at(9)).unwrap();
        assert_eq!((&*kept, until), (&b"-----\n\nBEGIN"[..], at(10)));
        assert!(
            read(&place, "https://h/a", at(10)).is_none() && read(&place, "https://h/b", at(1)).is_none()
        );
        for n in 0..5 {
            write(&place, &format!("https://h/{n}"), b"x", at(10), 2).unwrap();
        }
        assert_eq!(fs::read_dir(&place).unwrap().count(), 2);
    }

    #[test]
    fn a_file_that_somebody_changed_is_no_certificate() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "https://h/a", b"x", at(10), 2).unwrap();
        let path = path_of(folder.path(), "https://h/a");
        for text in [
            "",
            "\n\n",
            "Fetched from https://h/b\nKept until 10\n\nx",
            "Fetched from https://h/a\nKept until x\n\nx",
        ] {
            fs::write(&path, text).unwrap();
            assert!(read(folder.path(), "https://h/a", at(1)).is_none(), "{text}");
        }
    }
}
