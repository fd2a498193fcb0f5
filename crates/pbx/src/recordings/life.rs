//! A recording from its first sample to the command that is run with its files.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use audio::WrittenFormat;
use call_control::{Call, Event, Tap};
use media_bridge::{Recording, RecordingEnd, Sides};
use tokio::sync::oneshot;

use super::command::Prepared;
use super::request::Request;
use super::{Entry, RunningRecording};
use crate::dialplan::Substitution;
use crate::exchange::Exchange;
use crate::warnings;

/// Why a recording cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BeginError {
    /// The channel has no audio.
    #[error("{0} has no audio to record")]
    NoMedia(String),
    /// The command cannot be run.
    #[error("{0}")]
    Command(String),
}

/// Begins to record a channel, and returns the name of the recording. It goes on until it is stopped or the channel ends, whatever
/// the channel does meanwhile; its audio stays here for as long.
///
/// # Errors
/// [`BeginError`].
pub fn begin(exchange: &Arc<Exchange>, call: &Call, request: Request) -> Result<String, BeginError> {
    let leg = call.leg().ok_or_else(|| BeginError::NoMedia(call.name().to_owned()))?;
    if let Some(file) = request.files().next() {
        call.set_variable("MIXMONITOR_FILENAME", &file.to_string_lossy());
    }
    let command = request.command.as_deref().map(|text| {
        let mut substitution = Substitution::new(exchange, call);
        Prepared::new(text, |word| substitution.text(word))
    });
    let command = command.transpose().map_err(|problem| BeginError::Command(problem.to_string()))?.flatten();
    let anchor = call.keep_media();
    let (told, ended) = oneshot::channel();
    let on_end = move |end| drop(told.send(end));
    let recordings = exchange.recordings();
    let recording = recordings.recorder().record(leg.tap(Sides::Both), request.plan(), on_end);
    let mut id = String::new();
    let number = recordings.enter(|name| {
        id.clone_from(&name);
        let (file, receive) = (request.file.clone(), request.receive.clone());
        let shown = RunningRecording { id: name, file, receive, transmit: request.transmit.clone() };
        Entry { channel: call.name().to_owned(), recording: recording.clone(), shown }
    });
    if let Some(variable) = &request.id_variable {
        call.set_variable(variable, &id);
    }
    verbose(call, format!("Begin MixMonitor Recording {}", call.name()));
    let (exchange, call) = (exchange.clone(), call.clone());
    tokio::spawn(async move {
        let ended = tokio::select! {
            ended = ended => ended,
            never = accompany(&call, &request, &recording) => match never {},
        };
        exchange.recordings().leave(number);
        drop(anchor);
        verbose(&call, format!("End MixMonitor Recording {}", call.name()));
        if request.beep_at_end {
            // A channel that has ended hears nothing.
            let _ = call.play("beep").await;
        }
        if let Ok(end) = ended {
            finish(&exchange, |problem| warnings::about(&call, problem), &request, command, end).await;
        }
        exchange.recordings().unfinished.send_modify(|count| *count -= 1);
    });
    Ok(id)
}

/// Follows the channel while it is recorded.
async fn accompany(call: &Call, request: &Request, recording: &Recording) -> std::convert::Infallible {
    let mut bridged = call.watch_bridged();
    let mut beeps = request.beep_every.map(tokio::time::interval);
    if let Some(beeps) = &mut beeps {
        // The first one comes at once.
        beeps.tick().await;
    }
    loop {
        if request.only_bridged {
            recording.pause(!bridged.latest());
        }
        tokio::select! {
            // The channel is not gone as long as it is borrowed here.
            _ = bridged.changed(), if request.only_bridged => {}
            () = beep(&mut beeps) => if let Err(error) = call.beep_to_both("beep").await {
                warnings::about(call, format!("MixMonitor: no beep: {error}"));
            },
        }
    }
}

/// The next beep that is due; never, where none is wanted.
async fn beep(beeps: &mut Option<tokio::time::Interval>) {
    match beeps {
        Some(beeps) => {
            beeps.tick().await;
        }
        None => std::future::pending().await,
    }
}

/// Says what went wrong, runs the command, and deletes the files where that was asked for.
async fn finish(
    exchange: &Arc<Exchange>,
    warn: impl Fn(String),
    request: &Request,
    command: Option<Prepared>,
    end: RecordingEnd,
) {
    if let Some(problem) = end.problem {
        warn(format!("MixMonitor: {problem}"));
    }
    if end.missed > 0 {
        warn(format!("MixMonitor: {} packets are missing, for the disk was too slow", end.missed));
    }
    if let Some(command) = command {
        let turns = exchange.recordings().commands.clone();
        if let Err(problem) = command.run(turns).await {
            warn(format!("MixMonitor: {problem}"));
        }
    }
    if request.delete {
        for file in request.files() {
            if let Err(error) = tokio::fs::remove_file(file).await {
                warn(format!("MixMonitor: '{}' is not deleted: {error}", file.display()));
            }
        }
    }
}

/// The recording of a room, which goes on when this is dropped, until the room is gone.
pub(crate) struct RoomRecording {
    recording: Recording,
    over: Arc<AtomicBool>,
}

impl RoomRecording {
    /// Ends it.
    pub(crate) fn stop(&self) {
        self.recording.stop();
    }

    /// Whether its files are whole.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }
}

/// Begins to record a room: `tap` gives what is said in it, at a rate.
pub(crate) fn begin_room(
    exchange: &Arc<Exchange>,
    room: &str,
    request: Request,
    tap: impl FnOnce(u32) -> Tap,
) -> Result<RoomRecording, BeginError> {
    let file = request.files().next().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let command = request.command.as_deref().map(|text| {
        // There is no channel whose variables it could have.
        Prepared::new(text, |word| word.replace("${MIXMONITOR_FILENAME}", &file))
    });
    let command = command.transpose().map_err(|problem| BeginError::Command(problem.to_string()))?.flatten();
    let rates = request.files().filter_map(|path| WrittenFormat::of(path)).map(WrittenFormat::rate);
    let tap = tap(rates.max().unwrap_or(8_000));
    let (told, ended) = oneshot::channel();
    let recordings = exchange.recordings();
    let recording = recordings.recorder().record(tap, request.plan(), move |end| drop(told.send(end)));
    let number = recordings.enter(|name| {
        let (file, receive) = (request.file.clone(), request.receive.clone());
        let shown = RunningRecording { id: name, file, receive, transmit: request.transmit.clone() };
        Entry { channel: format!("ConfBridge/{room}"), recording: recording.clone(), shown }
    });
    let over = Arc::new(AtomicBool::new(false));
    let (exchange, is_over) = (exchange.clone(), over.clone());
    tokio::spawn(async move {
        let ended = ended.await;
        is_over.store(true, Relaxed);
        exchange.recordings().leave(number);
        if let Ok(end) = ended {
            let warn = |text: String| {
                tracing::warn!("{text}");
                exchange.switchboard().notice(|| Event::Warning { channel: None, text });
            };
            finish(&exchange, warn, &request, command, end).await;
        }
        exchange.recordings().unfinished.send_modify(|count| *count -= 1);
    });
    Ok(RoomRecording { recording, over })
}

fn verbose(call: &Call, text: String) {
    call.switchboard().notice(|| Event::Verbose { channel: Some(call.snapshot()), level: 2, text });
}
