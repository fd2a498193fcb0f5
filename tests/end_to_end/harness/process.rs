//! Programs that a test starts. They end with it.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::wait::{until, until_within};
use super::{Outcome, Scene};

/// A running program whose words go to a log.
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    pub(crate) fn spawn(scene: &Scene, name: &str, command: &mut Command) -> Outcome<Self> {
        let log = scene.log_path(name);
        let file = OpenOptions::new().create(true).append(true).open(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        Ok(Self { child, name: name.to_owned(), log })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// All that it has said.
    pub(crate) fn said(&self) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&std::fs::read(&self.log)?).into_owned())
    }

    /// How often it has said `words`.
    pub(crate) fn count(&self, words: &str) -> Outcome<usize> {
        Ok(self.said()?.matches(words).count())
    }

    /// Waits until it has said `words`.
    pub(crate) fn says(&self, words: &str) -> Outcome {
        until(&format!("{} to say '{words}'", self.name), || Ok(self.said()?.contains(words).then_some(())))
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Outcome<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end.
    pub(crate) fn ends_within(&mut self, bound: Duration) -> Outcome<ExitStatus> {
        let what = format!("{} to end", self.name);
        until_within(bound, &what, || Ok(self.child.try_wait()?))
    }

    /// Asks it to end (SIGTERM), and waits for that, up to a bound.
    pub(crate) fn ask_to_end(&mut self, bound: Duration) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.pid())).status();
        if asked.is_ok_and(|status| status.success()) {
            // One that has not ended by then is killed as it is dropped.
            let _ = self.ends_within(bound);
        }
    }

    /// Ends it as a power cut would: SIGKILL, to this process alone.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
