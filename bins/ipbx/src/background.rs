//! An exchange that goes to the background, as `asterisk` does without `-f`.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use pbx::configuration::Folders;

use crate::command_line::CommandLine;

/// Why it did not come up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackgroundError {
    #[error("cannot write {path}: {source}; free the disk or make the folder writable")]
    Log { path: PathBuf, source: io::Error },
    #[error("cannot start the exchange in the background: {0}")]
    Start(io::Error),
    #[error("the exchange ended at once:\n{0}")]
    Ended(String),
    #[error("the exchange ended at once, and could not write why to {0}; start it with -f to see it here")]
    Silent(PathBuf),
    #[error("the exchange has not come up for {0:?}; its log is {1}")]
    Slow(Duration, PathBuf),
}

/// Longest wait until it serves its console.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts this program again with `-f`, away from the terminal, and waits until it serves.
pub(crate) fn start(line: &CommandLine, folders: &Folders) -> Result<ExitCode, BackgroundError> {
    let log = folders.log.join("messages.log");
    let failed = |source| BackgroundError::Log { path: log.clone(), source };
    fs::create_dir_all(&folders.log).map_err(failed)?;
    let output = OpenOptions::new().create(true).append(true).open(&log).map_err(failed)?;
    let begun = output.metadata().map_err(failed)?.len();
    let errors = output.try_clone().map_err(failed)?;
    let socket = line.socket.clone().unwrap_or_else(|| manager::console::socket_path(&folders.run));
    let before = identity(&socket);
    let mut child = Command::new(std::env::current_exe().map_err(BackgroundError::Start)?)
        .arg("-f")
        .args(std::env::args_os().skip(1))
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(BackgroundError::Start)?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(said) = ended(&mut child, &log, begun)? {
            return Err(match said.is_empty() {
                true => BackgroundError::Silent(log),
                false => BackgroundError::Ended(said),
            });
        }
        let serves = identity(&socket);
        if serves.is_some() && serves != before {
            return Ok(ExitCode::SUCCESS);
        }
        sleep(Duration::from_millis(20));
    }
    Err(BackgroundError::Slow(PATIENCE, log))
}

/// What tells a socket from one that a dead exchange left at the same place. Not every file system knows when a file
/// was made; all know its number and when that was last given a name.
fn identity(socket: &Path) -> Option<(u64, i64, i64)> {
    fs::metadata(socket).ok().map(|socket| (socket.ino(), socket.ctime(), socket.ctime_nsec()))
}

/// What it said, if it has ended.
fn ended(child: &mut Child, log: &Path, begun: u64) -> Result<Option<String>, BackgroundError> {
    if child.try_wait().map_err(BackgroundError::Start)?.is_none() {
        return Ok(None);
    }
    let said = fs::read(log).unwrap_or_default();
    let said = said.get(usize::try_from(begun).unwrap_or(0)..).unwrap_or_default();
    Ok(Some(String::from_utf8_lossy(said).trim().to_owned()))
}
