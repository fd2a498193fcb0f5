//! `Record(file.format[,silence[,maxduration[,options]]])`: records what the caller says until it presses `#`.
//!
//! The format may also stand behind a colon. Names without a folder are in `sounds` of the data folder; `%d` becomes the first number
//! that makes a new file. The recording ends after `silence` seconds without talk, or `maxduration` seconds (0: never). Options:
//! `a` goes on at the end of the file, `n` does not answer, `o` lets `0` end it with the status `OPERATOR`, `q` does not beep,
//! `s` skips it when the call is not answered, `t` ends by `*` instead of `#`, `u` keeps the silence at the end, `x` lets no key
//! end it, `y` any, `k` keeps the file when the caller hangs up. Sets `RECORDED_FILE`, the name without the extension, and
//! `RECORD_STATUS` to `DTMF`, `SILENCE`, `SKIP`, `TIMEOUT`, `HANGUP`, `OPERATOR` or `ERROR`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audio::WrittenFormat;
use audio::talk::{TalkDetector, TalkSettings};
use call_control::{Call, CallError, ChannelState, Listener};
use dialplan_vm::Outcome;
use media_bridge::{Content, RecordingEnd, RecordingPlan, Side, Sides, Track};
use tokio::sync::oneshot;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, seconds, split};
use crate::deadline::elapsed;
use crate::dialplan::DialplanChannel;

/// Numbers that `%d` tries.
const NUMBERS: u32 = 1_000_000;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|text| !text.is_empty());
    let options = Options::parse(argument(3).unwrap_or_default());
    let limit = |n: usize| argument(n).and_then(seconds).filter(|limit| !limit.is_zero());
    let folder = channel.exchange.configuration().folders.data.join("sounds");
    let file = match file(argument(0).unwrap_or_default(), &folder) {
        Ok(file) => file,
        Err(problem) => {
            channel.warning(format!("Record: {problem}"));
            return finish(channel, "ERROR");
        }
    };
    if channel.call.state() != ChannelState::Up {
        if options.has('s') {
            return finish(channel, "SKIP");
        }
        if !options.has('n') {
            channel.call.answer().await?;
        }
    }
    let name = file.with_extension("");
    channel.set("RECORDED_FILE", name.to_string_lossy());
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("RECORD_STATUS", "HANGUP");
    if !options.has('q')
        && let Err(error) = channel.call.play("beep").await
    {
        match error {
            CallError::HungUp => return Err(error),
            other => channel.warning(format!("Record: no beep: {other}")),
        }
    }
    let wanted = Wanted {
        path: file,
        append: options.has('a'),
        keeps_unended: options.has('k'),
        keeps_silence: options.has('u'),
        silence: limit(1),
        longest: limit(2),
    };
    let stopped = record(channel, "Record", wanted, |key| status_of_key(key, &options).is_some()).await?;
    finish(
        channel,
        match stopped {
            Stopped::Key(key) => status_of_key(key, &options).unwrap_or("DTMF"),
            Stopped::Silence => "SILENCE",
            Stopped::Time => "TIMEOUT",
            Stopped::Problem => "ERROR",
        },
    )
}

/// With which status a key ends the recording; `None` for one that does not.
fn status_of_key(key: char, options: &Options) -> Option<&'static str> {
    let terminator = if options.has('t') { '*' } else { '#' };
    match key {
        '0' if options.has('o') => Some("OPERATOR"),
        _ if options.has('x') => None,
        key if options.has('y') || key == terminator => Some("DTMF"),
        _ => None,
    }
}

fn finish(channel: &DialplanChannel, status: &str) -> ApplicationResult {
    channel.set("RECORD_STATUS", status);
    Ok(Outcome::Continue)
}

/// A recording whose file goes when nobody says that it is to stay.
struct Kept {
    recording: media_bridge::Recording,
    keep: Arc<AtomicBool>,
    ended: oneshot::Receiver<RecordingEnd>,
}

impl Kept {
    fn begin(channel: &DialplanChannel, path: PathBuf, append: bool, keep: bool) -> Result<Self, CallError> {
        let leg = channel.call.leg().ok_or(CallError::NoMedia)?;
        let keep = Arc::new(AtomicBool::new(keep || append));
        let (stays, (told, ended)) = (keep.clone(), oneshot::channel());
        let track = Track { path: path.clone(), content: Content::Read, append };
        let on_end = move |end| {
            if !stays.load(Ordering::Acquire) {
                // On the thread that may wait for disks. One that is gone already is what was wanted.
                let _ = std::fs::remove_file(&path);
            }
            let _ = told.send(end);
        };
        let recorder = channel.exchange.recordings().recorder();
        let tap = leg.tap(Sides::Only(Side::Read));
        let recording = recorder.record(tap, RecordingPlan::new(vec![track]), on_end);
        Ok(Self { recording, keep, ended })
    }
}

/// What is recorded of a caller, and what ends it besides keys.
pub(in crate::applications) struct Wanted {
    pub(in crate::applications) path: PathBuf,
    /// Whether it goes on at the end of the file.
    pub(in crate::applications) append: bool,
    /// Whether the file stays when the caller hangs up.
    pub(in crate::applications) keeps_unended: bool,
    /// Whether the silence that ends it stays.
    pub(in crate::applications) keeps_silence: bool,
    pub(in crate::applications) silence: Option<Duration>,
    pub(in crate::applications) longest: Option<Duration>,
}

/// What has ended a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::applications) enum Stopped {
    Key(char),
    Silence,
    Time,
    /// The file cannot be written, as the console was told.
    Problem,
}

/// Records what the caller says until a key that `ends` it, silence, or time.
pub(in crate::applications) async fn record(
    channel: &DialplanChannel,
    application: &str,
    wanted: Wanted,
    ends: impl Fn(char) -> bool,
) -> Result<Stopped, CallError> {
    let call = &channel.call;
    let _here = call.keep_media();
    call.clear_digits();
    let listener = call.listen()?;
    let Wanted { path, append, keeps_unended, keeps_silence, silence, longest } = wanted;
    let mut kept = Kept::begin(channel, path, append, keeps_unended)?;
    let (stopped, silent) = tokio::select! {
        key = ending_key(call, ends) => (Stopped::Key(key?), Duration::ZERO),
        silent = silent_for(listener, silence) => (Stopped::Silence, silent?),
        () = elapsed(longest) => (Stopped::Time, Duration::ZERO),
        end = &mut kept.ended => {
            tell_problem(channel, application, end.ok());
            return Ok(Stopped::Problem);
        }
    };
    kept.keep.store(true, Ordering::Release);
    kept.recording.stop_without(if keeps_silence { Duration::ZERO } else { silent });
    let end = call.unless_hung_up(&mut kept.ended).await?.ok();
    if end.as_ref().is_some_and(|end| end.problem.is_none()) {
        return Ok(stopped);
    }
    tell_problem(channel, application, end);
    Ok(Stopped::Problem)
}

/// A recording has ended by itself.
fn tell_problem(channel: &DialplanChannel, application: &str, end: Option<RecordingEnd>) {
    if let Some(problem) = end.and_then(|end| end.problem) {
        channel.warning(format!("{application}: {problem}"));
    }
}

/// Waits for a key that ends the recording.
async fn ending_key(call: &Call, ends: impl Fn(char) -> bool) -> Result<char, CallError> {
    loop {
        if let Some(key) = call.next_digit(Duration::from_secs(3_600)).await?.filter(|key| ends(*key)) {
            return Ok(key);
        }
    }
}

/// Waits until the caller has said nothing for so long; for ever without a limit. Returns how long it said nothing.
async fn silent_for(mut listener: Listener, limit: Option<Duration>) -> Result<Duration, CallError> {
    let Some(limit) = limit else { return std::future::pending().await };
    let mut detector = TalkDetector::new(Listener::RATE, TalkSettings::default());
    loop {
        detector.push(listener.hear().await?, |_| {});
        if detector.silent_for() >= limit {
            return Ok(detector.silent_for());
        }
    }
}

/// Why there is no file to record to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::applications) enum FileError {
    #[error("give the name of a file and its format, as in Record(greeting.wav)")]
    NoName,
    #[error("'{0}' is no format that is recorded; use wav, WAV, gsm, g722, opus, ulaw, alaw or sln")]
    UnknownFormat(String),
    #[error("'{0}' leads out of the folder of sounds; write a name without '..', or the whole path")]
    Outside(String),
    #[error("every number of '{0}' is taken")]
    NoNumber(String),
}

/// The file that an argument names.
pub(in crate::applications) fn file(argument: &str, folder: &Path) -> Result<PathBuf, FileError> {
    // Formats have no slash: what has one belongs to the name.
    let cut =
        argument.rsplit_once([':', '.']).filter(|(name, format)| !name.is_empty() && !format.contains('/'));
    let (name, format) = cut.ok_or(FileError::NoName)?;
    if WrittenFormat::from_extension(format).is_none() {
        return Err(FileError::UnknownFormat(format.to_owned()));
    }
    let format = if format == "wav49" { "WAV" } else { format };
    let leads_out = Path::new(name).components().any(|part| part == Component::ParentDir);
    if leads_out && !Path::new(name).is_absolute() {
        return Err(FileError::Outside(name.to_owned()));
    }
    let of = |name: &str| folder.join(format!("{name}.{format}"));
    if !name.contains("%d") {
        return Ok(of(name));
    }
    let mut numbered = (0..NUMBERS).map(|number| of(&name.replace("%d", &number.to_string())));
    numbered.find(|path| !path.exists()).ok_or_else(|| FileError::NoNumber(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_in_either_way() {
        let named = |argument: &str| file(argument, Path::new("/data/sounds"));
        assert_eq!(named("custom/hello.wav"), Ok("/data/sounds/custom/hello.wav".into()));
        assert_eq!(named("/tmp/a.b:gsm"), Ok("/tmp/a.b.gsm".into()));
        assert_eq!(named("a.wav49"), Ok("/data/sounds/a.WAV".into()));
        assert_eq!(named("hello"), Err(FileError::NoName));
        assert_eq!(named("/a.b/hello"), Err(FileError::NoName));
        assert_eq!(named("a.mp3"), Err(FileError::UnknownFormat("mp3".to_owned())));
        assert_eq!(named("../a.wav"), Err(FileError::Outside("../a".to_owned())));
    }

    #[test]
    fn numbers_make_new_files() {
        let folder = tempfile::tempdir().unwrap();
        let named = || file("msg-%d.wav", folder.path()).unwrap();
        assert_eq!(named(), folder.path().join("msg-0.wav"));
        std::fs::write(named(), "").unwrap();
        assert_eq!(named(), folder.path().join("msg-1.wav"));
    }
}
