//! Scripts that are programs of this machine.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use billing_agi::agi::{HangUpNews, serve};
use command_fds::{CommandFdExt, FdMapping};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use super::audio::{self, CallerAudio};
use super::script::Script;
use super::{Kind, Status, facts, narrate, status_of};
use crate::configuration::Folders;
use crate::dialplan::DialplanChannel;

/// A program that has closed its streams is given this long to end before the call goes on without it.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Where a program of `EAGI` reads the caller's audio.
const AUDIO_DESCRIPTOR: i32 = 3;

pub(super) async fn run(
    script: &mut Script<'_>,
    request: &str,
    path: &Path,
    arguments: &[String],
    kind: Kind,
) -> Status {
    if !path.is_file() {
        script.channel.warning(format!("AGI({request}): there is no file {}", path.display()));
        return Status::NotFound;
    }
    let configuration = script.channel.exchange.configuration();
    let (audio, readable) = match kind {
        Kind::Plain => (None, None),
        Kind::Enhanced => match audio::begin(script.channel) {
            Ok((audio, readable)) => (Some(audio), Some(readable)),
            Err(problem) => {
                script.channel.warning(format!("EAGI({request}): {problem}"));
                return Status::Failure;
            }
        },
    };
    let mut child = match start(path, arguments, &configuration.folders, readable) {
        Ok(child) => child,
        Err(error) => {
            let hint = "it must be executable, and begin with #! and its interpreter unless it is a binary";
            script
                .channel
                .warning(format!("AGI({request}): {} does not start: {error}; {hint}", path.display()));
            return Status::Failure;
        }
    };
    let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(errors)) = streams else { return Status::Failure };
    script.channel.verbose(3, format!("Launched AGI Script {}", path.display()));
    let is_spared = is_said(script.channel, "AGISIGHUP", false);
    script.signal = Some(HangUpSignal(child.id().filter(|_| !is_spared)));
    if is_said(script.channel, "AGIEXITONHANGUP", true) {
        script.news = HangUpNews::End;
    }
    let environment = facts::of(script.channel, request, None, kind, arguments);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let narrator = tokio::spawn(narrate(errors, script.channel.call.clone(), name.clone()));
    let ended = serve(output, input, &environment, script).await;
    let status = match ended {
        Ok(ended) => status_of(ended, script.channel.call.state().is_ended()),
        Err(error) => {
            script.channel.warning(format!("AGI({request}): {error}; the script is left"));
            Status::Failure
        }
    };
    if let Some(signal) = script.signal.take() {
        signal.forget();
    }
    tell_unread(script.channel, &name, audio);
    let status = finish(script.channel, &name, child, status).await;
    // What it said last is on its way already.
    let _ = tokio::time::timeout(LAST_WORDS, narrator).await;
    script.channel.verbose(
        3,
        format!(
            "<{}>AGI Script {request} completed, returning {}",
            script.channel.call.name(),
            status.code()
        ),
    );
    status
}

/// Ends the caller's audio, and says how much of it the program has missed.
fn tell_unread(channel: &DialplanChannel, name: &str, audio: Option<CallerAudio>) {
    let unread = audio.map(CallerAudio::end).unwrap_or_default();
    if !unread.is_zero() {
        let seconds = unread.as_secs_f64();
        channel
            .verbose(2, format!("EAGI Script {name} has left {seconds:.1} s of the caller's audio unread"));
    }
}

fn start(
    path: &Path,
    arguments: &[String],
    folders: &Folders,
    audio: Option<OwnedFd>,
) -> std::io::Result<Child> {
    let folders = [
        ("AST_CONFIG_DIR", &folders.configuration),
        ("AST_MODULE_DIR", &folders.library),
        ("AST_SPOOL_DIR", &folders.spool),
        ("AST_VAR_DIR", &folders.library),
        ("AST_DATA_DIR", &folders.data),
        ("AST_LOG_DIR", &folders.log),
        ("AST_AGI_DIR", &folders.agi),
        ("AST_RUN_DIR", &folders.run),
    ];
    let mut command = Command::new(path);
    command.args(arguments).envs(folders);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(audio) = audio {
        let mapping = FdMapping { parent_fd: audio, child_fd: AUDIO_DESCRIPTOR };
        command.fd_mappings(vec![mapping]).map_err(std::io::Error::other)?;
    }
    // Its children get the signal of a hang-up along with it, and ours do not.
    command.process_group(0).spawn()
}

/// Whether the dialplan has said so, in any of the words for yes or no.
fn is_said(channel: &DialplanChannel, variable: &str, wanted: bool) -> bool {
    let said = channel.call.variable(variable).map(|text| text.trim().to_ascii_lowercase());
    let (yes, no) = (["yes", "true", "on", "1", "y", "t"], ["no", "false", "off", "0", "n", "f"]);
    let words = if wanted { yes } else { no };
    said.is_some_and(|said| words.contains(&said.as_str()))
}

/// Tells a program by SIGHUP that its caller has hung up, once it is dropped. Its number must not have been waited for yet.
pub(super) struct HangUpSignal(Option<u32>);

impl HangUpSignal {
    /// The program has ended by itself.
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for HangUpSignal {
    fn drop(&mut self) {
        let process = self.0.take().and_then(|id| i32::try_from(id).ok());
        if let Some(process) = process {
            let _ = kill(Pid::from_raw(process), Signal::SIGHUP);
        }
    }
}

impl Status {
    const fn code(self) -> i8 {
        match self {
            Self::Success => 0,
            Self::HangUp => 4,
            Self::Failure | Self::NotFound => -1,
        }
    }
}

/// Waits a moment for the program to end. One that goes on without its streams is left to itself, and looked after until it
/// ends.
async fn finish(channel: &DialplanChannel, name: &str, mut child: Child, status: Status) -> Status {
    match tokio::time::timeout(LAST_WORDS, child.wait()).await {
        Ok(Ok(exit)) if !exit.success() && status == Status::Success => {
            // It has done what it said; how it ended is for its author.
            channel.verbose(2, format!("AGI Script {name} ended with {exit}"));
            status
        }
        Ok(_) => status,
        Err(_) => {
            tokio::spawn(async move { child.wait().await });
            status
        }
    }
}
