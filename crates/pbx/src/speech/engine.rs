//! Running a program that speaks: arguments as they are, never a shell; within its time, with all that it starts.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::UNIX_EPOCH;

use rustix::process::{Pid, Signal, kill_process_group};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::SpeechError;
use crate::configuration::SpeechEngine;

/// Octets of the longest sound that is taken: twelve minutes at 22 050 Hz.
const LONGEST_SOUND: u64 = 32 << 20;

/// Octets of a program's complaint that are shown.
const LONGEST_COMPLAINT: usize = 300;

/// One text for one program.
pub(super) struct Task<'t> {
    engine: &'t SpeechEngine,
    voice: &'t str,
    text: &'t str,
    speed: &'t str,
    /// What tells this program from a newer one of the same name.
    version: String,
}

impl<'t> Task<'t> {
    pub(super) async fn new(engine: &'t SpeechEngine, voice: &'t str, text: &'t str, speed: &'t str) -> Self {
        let program = engine.program.clone();
        let version = tokio::task::spawn_blocking(move || version_of(&program)).await.unwrap_or_default();
        Self { engine, voice, text, speed, version }
    }

    /// A name for what it makes: the same for the same text, voice, arguments and program.
    pub(super) fn key(&self) -> String {
        let mut hash = Sha256::new();
        let fixed = [&self.engine.program, &self.version, self.voice, self.speed, self.text];
        let arguments = self.engine.arguments.iter().map(String::as_str);
        for part in fixed.into_iter().chain(arguments) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().iter().take(16).map(|octet| format!("{octet:02x}")).collect()
    }

    /// Speaks into `file`, which holds a WAV that can be played when this is done.
    pub(super) async fn run(&self, file: &Path) -> Result<(), SpeechError> {
        let program = &self.engine.program;
        let timeout = self.engine.timeout;
        let mut child =
            self.spawn(file).map_err(|source| SpeechError::CannotRun { program: program.clone(), source })?;
        // Dropped before the child is: its number still belongs to it then.
        let group = Group::of(&child);
        let ended = tokio::time::timeout(timeout, self.converse(&mut child)).await;
        let Ok(ended) = ended else {
            drop(group);
            let _ = child.wait().await;
            return Err(SpeechError::Hung { program: program.clone(), seconds: timeout.as_secs_f64() });
        };
        let Ended { status, sound, complaint } =
            ended.map_err(|source| SpeechError::CannotRun { program: program.clone(), source })?;
        group.has_ended();
        if !status.success() {
            return Err(SpeechError::Failed { program: program.clone(), status, said: end_of(&complaint) });
        }
        if !self.mentions("{file}") {
            let written = tokio::fs::write(file, &sound).await;
            written.map_err(|source| SpeechError::Cache { path: file.to_owned(), source })?;
        }
        self.check(file).await
    }

    fn mentions(&self, placeholder: &str) -> bool {
        self.engine.arguments.iter().any(|argument| argument.contains(placeholder))
    }

    fn spawn(&self, file: &Path) -> io::Result<Child> {
        let piped_where = |wanted: bool| if wanted { Stdio::piped() } else { Stdio::null() };
        Command::new(&self.engine.program)
            .args(self.engine.arguments.iter().map(|argument| self.filled(argument, file)))
            .stdin(piped_where(!self.mentions("{text}")))
            .stdout(piped_where(!self.mentions("{file}")))
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }

    /// An argument with its placeholders filled in, each once: what is filled in is not looked at again.
    fn filled(&self, argument: &str, file: &Path) -> String {
        let file = file.to_string_lossy();
        let values =
            [("{text}", self.text), ("{language}", self.voice), ("{speed}", self.speed), ("{file}", &*file)];
        let mut filled = String::new();
        let mut rest = argument;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let (taken, value) = values
                .iter()
                .find(|(name, _)| rest.starts_with(name))
                .map_or((1, "{"), |(name, value)| (name.len(), *value));
            filled.push_str(value);
            rest = &rest[taken..];
        }
        filled + rest
    }

    /// Gives it the text, takes what it says, and waits for its end.
    async fn converse(&self, child: &mut Child) -> io::Result<Ended> {
        let (input, output, complaint) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let tell = async {
            if let Some(mut input) = input {
                // A program that does not want to know all of it may still speak.
                let _ = input.write_all(self.text.as_bytes()).await;
            }
        };
        let (_, sound, complaint, status) =
            tokio::join!(tell, read(output, LONGEST_SOUND), read(complaint, 64 << 10), child.wait());
        Ok(Ended { status: status?, sound, complaint })
    }

    /// What cannot be played is no sound.
    async fn check(&self, file: &Path) -> Result<(), SpeechError> {
        let path = file.to_owned();
        let fault = tokio::task::spawn_blocking(move || fault_of(&path)).await;
        match fault.unwrap_or_else(|panicked| Some(panicked.to_string())) {
            None => Ok(()),
            Some(reason) => {
                let _ = tokio::fs::remove_file(file).await;
                Err(SpeechError::NoSound { program: self.engine.program.clone(), reason })
            }
        }
    }
}

/// How a program ended, and what it wrote.
struct Ended {
    status: ExitStatus,
    sound: Vec<u8>,
    complaint: Vec<u8>,
}

/// Everything that comes; what is beyond the bound is read and forgotten.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut taken = Vec::new();
    if let Some(mut from) = from {
        let _ = (&mut from).take(most).read_to_end(&mut taken).await;
        let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
    taken
}

fn end_of(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let text = text.trim();
    if text.is_empty() {
        return "it does not say why".to_owned();
    }
    let start = text.len().saturating_sub(LONGEST_COMPLAINT);
    text.char_indices().find(|(at, _)| *at >= start).map_or("", |(at, _)| &text[at..]).replace('\n', " ")
}

fn fault_of(path: &PathBuf) -> Option<String> {
    match std::fs::metadata(path) {
        Err(error) => return Some(format!("there is no file: {error}")),
        Ok(facts) if facts.len() > LONGEST_SOUND => return Some(format!("it has {} octets", facts.len())),
        Ok(_) => {}
    }
    let read = std::fs::read(path).map_err(audio::AudioError::Io).and_then(|bytes| audio::wav::read(&bytes));
    match read {
        Err(error) => Some(error.to_string()),
        Ok(pcm) => pcm.samples.is_empty().then(|| "it is empty".to_owned()),
    }
}

/// The size and the date of the program's file.
fn version_of(program: &str) -> String {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let candidates: Vec<PathBuf> = match program.contains('/') {
        true => vec![program.into()],
        false => std::env::split_paths(&folders).map(|folder| folder.join(program)).collect(),
    };
    let facts =
        candidates.iter().find_map(|path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file));
    let Some(facts) = facts else { return String::new() };
    let modified = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{} {}", facts.len(), modified.unwrap_or_default().as_nanos())
}

/// The processes that a program has started, itself among them. Ended when it is dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|number| Pid::from_raw(i32::try_from(number).ok()?)))
    }

    /// The program came to its own end, and its number may mean another one soon.
    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
