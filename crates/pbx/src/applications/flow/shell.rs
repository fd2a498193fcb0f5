//! Commands of the shell, which nothing waits for but the call that wants them.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use call_control::CallError;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use crate::dialplan::DialplanChannel;

/// How long a command may still run after its caller has hung up.
const AFTER_HANGUP: Duration = Duration::from_secs(10);

/// What the shell says when it cannot find the command (POSIX 1003.1, 2.8.2).
const NOT_FOUND: i32 = 127;

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Success,
    /// It ended with another status than 0, or by a signal.
    Error,
    /// It was not run.
    Failure,
}

impl Status {
    /// As `SYSTEMSTATUS` has it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Success => "SUCCESS",
            Self::Error => "APPERROR",
            Self::Failure => "FAILURE",
        }
    }
}

/// Runs a command to its end.
pub(super) async fn run(channel: &DialplanChannel, who: &str, command: &str) -> Result<Status, CallError> {
    if command.trim().is_empty() {
        channel.warning(format!("{who}(): give a command"));
        return Ok(Status::Failure);
    }
    if channel.exchange.is_rehearsal() {
        return Ok(Status::Success);
    }
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).kill_on_drop(true);
    let child = match shell.spawn() {
        Ok(child) => child,
        Err(error) => {
            channel.warning(format!("{who}: the shell cannot be run: {error}"));
            return Ok(Status::Failure);
        }
    };
    let (tell, ended) = oneshot::channel();
    tokio::spawn(attend(child, tell));
    let status = match ended.await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) | Err(_) => return Ok(Status::Failure),
    };
    Ok(match status.code() {
        Some(0) => Status::Success,
        Some(NOT_FOUND) => {
            channel.warning(format!("{who}: the shell does not find the command of '{command}'"));
            Status::Failure
        }
        _ => Status::Error,
    })
}

/// Waits for the end of a command; when nobody wants to know of it any more, not for long.
async fn attend(mut child: Child, mut tell: oneshot::Sender<io::Result<ExitStatus>>) {
    tokio::select! {
        biased;
        ended = child.wait() => {
            let _ = tell.send(ended);
            return;
        }
        () = tell.closed() => {}
    }
    if tokio::time::timeout(AFTER_HANGUP, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}
