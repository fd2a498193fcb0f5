//! Programs that a test starts. They end with it.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::wait::{until, until_within};
use super::{Outcome, Scene};

/// Whether the tests run as root, and so whatever they start.
pub(crate) fn runs_as_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

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

    /// Ends it and its children, where it was spawned as the head of a group of its own: asks them to (SIGTERM), and kills what is
    /// left after so long.
    pub(crate) fn end_group(&mut self, bound: Duration) {
        if !self.signal_group("TERM") {
            return;
        }
        let gone = until_within(bound, "the group to end", || {
            // One that has ended is in its group until it is waited for.
            let head = self.child.try_wait()?;
            Ok((head.is_some() && !self.signal_group("0")).then_some(()))
        });
        if gone.is_err() {
            self.signal_group("KILL");
        }
    }

    /// Whether a signal, by its name, reached anybody in the group that it heads.
    fn signal_group(&self, name: &str) -> bool {
        let words = format!("kill -s {name} -- -{} 2>/dev/null", self.pid());
        Command::new("sh").arg("-c").arg(words).status().is_ok_and(|status| status.success())
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
