//! `mode=custom`: a program that writes raw sound to its standard output, started again when it ends.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use audio::{FileFormat, Resampler};
use call_control::{Broadcast, Feed, FeedWriter, Station};
use media_bridge::MediaEngine;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::Tell;
use crate::configuration::MusicProgram;

/// Sound that may wait: a program that is quicker than time is held up by its pipe.
const QUEUE: Duration = Duration::from_millis(500);

/// One that ends sooner after its start has failed, and waits longer the next time.
const SOON: Duration = Duration::from_secs(2);

/// The first wait, and the longest.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Arguments beyond which files of the folder are left out.
const MOST_FILES: usize = 1_000;

/// A program that runs for as long as this is there.
pub(super) struct Program {
    name: String,
    broadcast: Broadcast,
    life: Arc<Life>,
    settings: MusicProgram,
}

/// What the thread of a program and its owner share.
#[derive(Default)]
struct Life {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    /// The process, while it runs.
    process: Option<Pid>,
}

impl Life {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long, or until it is over; returns whether it is.
    fn rest(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut state = self.state();
        while !state.is_over {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.is_over
    }

    /// Whether the process has ended after at most `patience`.
    fn ends_within(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut state = self.state();
        while state.process.is_some() {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Program {
    /// Starts it on a thread of its own.
    pub(super) fn start(
        settings: &MusicProgram,
        data: &Path,
        media: &MediaEngine,
        class: &str,
        tell: Tell,
    ) -> Self {
        let rate = heard_rate(settings.format);
        let (writer, feed) = Feed::new(rate, QUEUE);
        let broadcast = media.broadcast(feed);
        let life = Arc::new(Life::default());
        let folder = settings.directory.as_ref().map(|folder| data.join(folder));
        let run = Run {
            settings: settings.clone(),
            folder,
            class: class.to_owned(),
            writer,
            tell,
            life: life.clone(),
        };
        let started = thread::Builder::new().name("music-program".to_owned()).spawn(move || run.run());
        if let Err(error) = started {
            tracing::warn!(%error, class, "no thread is left for the program of a class of music");
        }
        Self { name: settings.command.join(" "), broadcast, life, settings: settings.clone() }
    }
}

impl Station for Program {
    fn tune_in(&self) -> Broadcast {
        self.broadcast.clone()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Program {
    /// The program is asked to end, then told, then made to.
    fn drop(&mut self) {
        self.life.state().is_over = true;
        self.life.changed.notify_all();
        let (life, settings) = (self.life.clone(), self.settings.clone());
        let end = move || end_process(&life, &settings);
        if thread::Builder::new().name("music-program-end".to_owned()).spawn(end).is_err() {
            // Without a thread there is no patience.
            send(&self.life, &self.settings, Signal::SIGKILL);
        }
    }
}

fn end_process(life: &Life, settings: &MusicProgram) {
    for signal in [Signal::SIGHUP, Signal::SIGTERM, Signal::SIGKILL] {
        send(life, settings, signal);
        if life.ends_within(settings.patience) {
            break;
        }
    }
}

fn send(life: &Life, settings: &MusicProgram, signal: Signal) {
    // Held while it is sent: a process that is not reaped keeps its number.
    let state = life.state();
    if let Some(process) = state.process {
        // One that has ended meanwhile needs none.
        let _ = if settings.with_group { killpg(process, signal) } else { kill(process, signal) };
    }
}

/// What the thread of a program needs.
struct Run {
    settings: MusicProgram,
    folder: Option<PathBuf>,
    class: String,
    writer: FeedWriter,
    tell: Tell,
    life: Arc<Life>,
}

impl Run {
    fn run(self) {
        let mut wait = FIRST_WAIT;
        while !self.life.state().is_over {
            let began = Instant::now();
            if let Err(error) = self.once() {
                (self.tell)(format!(
                    "music on hold: the program of class '{}' ({}): {error}",
                    self.class, self.settings.command[0]
                ));
            }
            wait = if began.elapsed() < SOON { (wait * 2).min(LONGEST_WAIT) } else { FIRST_WAIT };
            if self.life.rest(wait / 2) {
                return;
            }
        }
    }

    /// Runs the program to its end.
    fn once(&self) -> std::io::Result<()> {
        let (program, arguments) = self.settings.command.split_first().ok_or(std::io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments).args(self.files());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own: what it starts ends with it.
        command.process_group(0);
        if let Some(folder) = self.folder.as_ref().filter(|folder| folder.is_dir()) {
            command.current_dir(folder);
        }
        let mut child = {
            let mut state = self.life.state();
            if state.is_over {
                return Ok(());
            }
            let child = command.spawn()?;
            state.process = i32::try_from(child.id()).ok().map(Pid::from_raw);
            child
        };
        self.pass_on(&mut child);
        // What still runs has closed its output, and is of no use.
        end_quietly(&mut child, &self.settings, &self.life);
        Ok(())
    }

    /// The files of the folder that programs of Asterisk are given.
    fn files(&self) -> Vec<PathBuf> {
        let entries = self.folder.as_ref().and_then(|folder| folder.read_dir().ok());
        let paths = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        let plays = |path: &PathBuf| {
            path.extension()
                .is_some_and(|extension| ["raw", "sln", "mp3"].iter().any(|known| extension == *known))
        };
        let mut files: Vec<PathBuf> = paths.filter(plays).take(MOST_FILES).collect();
        files.sort();
        files
    }

    /// What it writes goes on the air.
    fn pass_on(&self, child: &mut Child) {
        let Some(mut output) = child.stdout.take() else { return };
        let mut sound = RawSound::new(self.settings.format);
        let mut octets = [0; 4_096];
        loop {
            match output.read(&mut octets) {
                Ok(0) => return,
                Ok(count) => {
                    if !self.writer.write(sound.decode(&octets[..count])) {
                        return;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }
}

/// Reaps the process; one that goes on without its output is ended.
fn end_quietly(child: &mut Child, settings: &MusicProgram, life: &Life) {
    let mut until = Instant::now() + settings.patience;
    loop {
        {
            // Reaped under the lock: nobody sends a signal to a number that is another's by now.
            let mut state = life.state();
            if !matches!(child.try_wait(), Ok(None)) {
                state.process = None;
                break;
            }
        }
        if Instant::now() >= until {
            send(life, settings, Signal::SIGKILL);
            until = Instant::now() + Duration::from_secs(1);
        }
        thread::sleep(Duration::from_millis(10));
    }
    life.changed.notify_all();
}

/// The rate that the sound of a program is heard at.
fn heard_rate(format: FileFormat) -> u32 {
    match format.rate().unwrap_or(8_000) {
        rate @ (8_000 | 16_000 | 24_000 | 32_000 | 48_000) => rate,
        _ => 16_000,
    }
}

/// Raw octets as they come, made samples.
struct RawSound {
    format: FileFormat,
    /// Half a sample.
    half: Option<u8>,
    resampler: Option<Resampler>,
    samples: Vec<i16>,
    resampled: Vec<i16>,
}

impl RawSound {
    fn new(format: FileFormat) -> Self {
        let (rate, heard) = (format.rate().unwrap_or(8_000), heard_rate(format));
        let resampler = if rate == heard { None } else { Resampler::new(rate, heard).ok() };
        Self { format, half: None, resampler, samples: Vec::new(), resampled: Vec::new() }
    }

    fn decode(&mut self, octets: &[u8]) -> &[i16] {
        self.samples.clear();
        match self.format {
            FileFormat::Ulaw => self.samples.extend(octets.iter().map(|&o| g711::ulaw::decode_sample(o))),
            FileFormat::Alaw => self.samples.extend(octets.iter().map(|&o| g711::alaw::decode_sample(o))),
            _ => {
                for &octet in octets {
                    match self.half.take() {
                        None => self.half = Some(octet),
                        Some(low) => self.samples.push(i16::from_le_bytes([low, octet])),
                    }
                }
            }
        }
        let Some(resampler) = &mut self.resampler else { return &self.samples };
        self.resampled.resize(resampler.output_length(self.samples.len()), 0);
        let written = resampler.process(&self.samples, &mut self.resampled).written;
        &self.resampled[..written]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_may_come_in_halves() {
        let mut sound = RawSound::new(FileFormat::Linear(8_000));
        assert!(sound.decode(&[0x34]).is_empty());
        assert_eq!(sound.decode(&[0x12, 0xff]), [0x1234]);
        assert_eq!(sound.decode(&[0xff, 1, 0]), [-1, 1]);
        assert_eq!(RawSound::new(FileFormat::Ulaw).decode(&[0xff, 0x80]), [0, 32_124]);
        let mut high = RawSound::new(FileFormat::Linear(44_100));
        let heard: usize = (0..10).map(|_| high.decode(&[0; 8_820]).len()).sum();
        assert!((15_500..=16_000).contains(&heard), "{heard}");
    }
}
