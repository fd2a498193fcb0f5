//! The folder of what was spoken: bounded, the oldest goes first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::SpeechError;

/// How many files there may be, however small.
const MOST_FILES: usize = 20_000;

/// What a program did not finish is taken away after this time.
const LEFT_BEHIND: Duration = Duration::from_secs(3_600);

/// Where sounds are that are not finished, below the folder.
const UNFINISHED: &str = "unfinished";

/// Makes the folder, and the one in it for what is not finished, which is its value.
pub(super) async fn prepare(folder: &Path) -> Result<PathBuf, SpeechError> {
    let unfinished = folder.join(UNFINISHED);
    let made = tokio::fs::create_dir_all(&unfinished).await;
    made.map_err(|source| SpeechError::Cache { path: unfinished.clone(), source })?;
    Ok(unfinished)
}

/// Gives a finished file its name, and takes away the oldest others beyond `most` octets.
pub(super) async fn keep(unfinished: &Path, file: &Path, most: u64) -> Result<(), SpeechError> {
    let (unfinished, kept) = (unfinished.to_owned(), file.to_owned());
    let done = tokio::task::spawn_blocking(move || {
        fs::rename(&unfinished, &kept)?;
        if let Some(folder) = kept.parent() {
            trim(folder, &kept, most, MOST_FILES)?;
        }
        Ok(())
    });
    let done = done.await.unwrap_or_else(|panicked| Err(io::Error::other(panicked)));
    done.map_err(|source| SpeechError::Cache { path: file.to_owned(), source })
}

/// Keeps the folder within its bound; `newest` stays in any case.
fn trim(folder: &Path, newest: &Path, most: u64, most_files: usize) -> io::Result<()> {
    for (made, _, path) in sounds_in(&folder.join(UNFINISHED)).unwrap_or_default() {
        if made.elapsed().is_ok_and(|age| age > LEFT_BEHIND) {
            let _ = fs::remove_file(path);
        }
    }
    let mut files = sounds_in(folder)?;
    files.retain(|(_, _, path)| path != newest);
    files.sort();
    let mut total: u64 = files.iter().map(|(_, length, _)| length).sum::<u64>() + fs::metadata(newest)?.len();
    let mut count = files.len() + 1;
    for (_, length, path) in files {
        if total <= most && count <= most_files {
            break;
        }
        fs::remove_file(path)?;
        total -= length;
        count -= 1;
    }
    Ok(())
}

/// When each sound of a folder was made, its octets, and its path.
fn sounds_in(folder: &Path) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
    let mut sounds = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Others may take files away meanwhile.
        let Ok(facts) = entry.metadata() else { continue };
        if facts.is_file() && path.extension().is_some_and(|extension| extension == "wav") {
            sounds.push((facts.modified().unwrap_or(SystemTime::UNIX_EPOCH), facts.len(), path));
        }
    }
    Ok(sounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(UNFINISHED)).unwrap();
        let files = [
            (30, "a.wav"),
            (20, "b.wav"),
            (10, "c.wav"),
            (0, "new.wav"),
            (7_200, "unfinished/left.wav"),
            (5, "unfinished/begun.wav"),
        ];
        for (age, name) in files {
            fs::write(path(name), [0; 100]).unwrap();
            let made = SystemTime::now() - Duration::from_secs(age);
            fs::File::options().write(true).open(path(name)).unwrap().set_modified(made).unwrap();
        }
        fs::write(path("other"), [0; 1_000]).unwrap();
        fs::create_dir(path("x.wav")).unwrap();
        let left = || {
            let names = files.iter().map(|(_, name)| *name);
            names.filter(|name| path(name).exists()).collect::<Vec<_>>().join(" ")
        };
        trim(folder.path(), &path("new.wav"), 300, 100).unwrap();
        assert_eq!(left(), "b.wav c.wav new.wav unfinished/begun.wav");
        trim(folder.path(), &path("new.wav"), 300, 2).unwrap();
        assert_eq!(left(), "c.wav new.wav unfinished/begun.wav");
        trim(folder.path(), &path("new.wav"), 1, 100).unwrap();
        assert_eq!(left(), "new.wav unfinished/begun.wav");
        assert!(path("other").exists() && path("x.wav").exists());
    }
}
