//! Configuration files as they are on the disk.

use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use asterisk_conf::Files;
use rustix::process::{Pid, Signal, kill_process_group};

/// Files of the disk; patterns are those of `#include`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let about = std::fs::metadata(path)?;
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // What is neither may never end, or never begin.
        if !about.is_file() && !is_nothing(&about) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        read_within(std::fs::File::open(path)?, LONGEST_FILE)
    }

    fn glob(&self, pattern: &Path) -> Vec<PathBuf> {
        let Some(pattern) = pattern.to_str() else { return Vec::new() };
        let found = glob::glob(pattern).into_iter().flatten().filter_map(Result::ok);
        let mut files: Vec<_> = found.filter(|path| path.is_file()).collect();
        files.sort();
        files
    }

    fn execute(&self, command: &str) -> io::Result<Vec<u8>> {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).process_group(0);
        let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let deadline = match Deadline::begin(child.id()) {
            Ok(deadline) => deadline,
            Err(error) => {
                kill(group_of(child.id()));
                child.wait()?;
                return Err(error);
            }
        };
        let printed = child.stdout.take().map_or(Ok(Vec::new()), |out| read_within(out, LONGEST_FILE));
        if printed.is_err() {
            deadline.kill();
        }
        let status = child.wait()?;
        if deadline.end() {
            let text = format!("the command had not ended after {} seconds", PATIENCE.as_secs());
            return Err(io::Error::new(io::ErrorKind::TimedOut, text));
        }
        let printed = printed?;
        match status.success() {
            true => Ok(printed),
            false => Err(io::Error::other(format!("the command ended with {status}"))),
        }
    }
}

/// Octets of the longest file, and of what a command may print.
const LONGEST_FILE: u64 = 64 << 20;

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether it is `/dev/null`, which takes the place of files that are not wanted.
fn is_nothing(about: &Metadata) -> bool {
    let is_same = |null: Metadata| null.rdev() == about.rdev() && null.file_type() == about.file_type();
    std::fs::metadata("/dev/null").is_ok_and(is_same)
}

fn read_within(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    from.take(most + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > most {
        let text = format!("it is longer than {} MB", most >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
    }
    Ok(octets)
}

/// Ends a command, and all that it has started, when it takes too long.
struct Deadline {
    group: Option<Pid>,
    over: Sender<()>,
    watch: JoinHandle<bool>,
}

impl Deadline {
    /// Begins to count for the group of processes that is named after its first one.
    ///
    /// # Errors
    /// No thread is left to count.
    fn begin(first: u32) -> io::Result<Self> {
        let group = group_of(first);
        let (over, ended) = channel();
        let watch = std::thread::Builder::new().name("exec-deadline".to_owned()).spawn(move || {
            let is_late = ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if is_late {
                kill(group);
            }
            is_late
        })?;
        Ok(Self { group, over, watch })
    }

    fn kill(&self) {
        kill(self.group);
    }

    /// The command has ended; true if it was too late.
    fn end(self) -> bool {
        drop(self.over);
        self.watch.join().unwrap_or(false)
    }
}

fn group_of(first: u32) -> Option<Pid> {
    i32::try_from(first).ok().and_then(Pid::from_raw)
}

fn kill(group: Option<Pid>) {
    if let Some(group) = group {
        // One that has ended already needs no end.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let kind = |path: &Path| Disk.read(path).map_err(|error| error.kind());
        assert_eq!(kind(&pipe), Err(io::ErrorKind::InvalidInput));
        assert_eq!(kind(Path::new("/dev/zero")), Err(io::ErrorKind::InvalidInput));
        assert_eq!(kind(folder.path()), Err(io::ErrorKind::IsADirectory));
        assert_eq!(kind(&folder.path().join("none")), Err(io::ErrorKind::NotFound));
        assert_eq!(kind(Path::new("/dev/null")), Ok(Vec::new()));
    }

    #[test]
    fn what_has_no_end_is_cut_short() {
        assert_eq!(read_within(io::repeat(1), 1_000).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_within(&[7_u8; 1_000][..], 1_000).unwrap().len(), 1_000);
        assert_eq!(Disk.execute("yes").unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_command_that_asks_gets_no_answer() {
        assert_eq!(Disk.execute("cat; echo '[a]'").unwrap(), b"[a]\n");
        assert!(Disk.execute("exit 3").unwrap_err().to_string().contains("exit status: 3"));
    }
}
