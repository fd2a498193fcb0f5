//! `SHELL(command)`: what a command of the shell prints, its last line end among it. The exchange goes on meanwhile; a
//! command that lasts longer than a minute is ended.

use std::process::Stdio;
use std::time::Duration;

use call_control::BoxFuture;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use crate::dialplan::DialplanChannel;
use crate::functions::strings::LONGEST;
use crate::functions::{FunctionError, Value};

const NAME: &str = "SHELL";

/// Longest run of a command.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, command: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        if command.trim().is_empty() {
            return Err(FunctionError::arguments(NAME, command, "name a command"));
        }
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        for (name, value) in channel.exchange.function_stores().environment.changes() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        match tokio::time::timeout(PATIENCE, printed(shell)).await {
            Ok(printed) => printed.map_err(|error| FunctionError::failed(NAME, error)),
            Err(_) => {
                Err(FunctionError::failed(NAME, "the command took longer than a minute, and was ended"))
            }
        }
    })
}

/// What it prints; what is more than a variable holds is read and lost, so that the command can end.
async fn printed(mut command: Command) -> std::io::Result<String> {
    let mut child = command.spawn()?;
    let mut kept = Vec::new();
    if let Some(mut out) = child.stdout.take() {
        let mut part = [0; 4_096];
        loop {
            let read = out.read(&mut part).await?;
            if read == 0 {
                break;
            }
            let room = LONGEST.saturating_sub(kept.len()).min(read);
            kept.extend_from_slice(&part[..room]);
        }
    }
    child.wait().await?;
    Ok(String::from_utf8_lossy(&kept).into_owned())
}
