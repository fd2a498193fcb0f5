//! Commands that let the caller hear something, and that wait for keys.

use std::time::Duration;

use billing_agi::agi::{Playing, Reply, Spoken};
use call_control::{CallError, PlayEnd};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use media_bridge::PlaybackControl;
use say::{Format, Gender, Language, LetterCase, Prompt};

use super::super::script::Script;
use super::FAILED;
use crate::applications::say::list::play_until;

/// Samples of a millisecond, as AGI counts places.
const SAMPLES_A_MILLISECOND: u64 = 8;

/// The wait for keys where a script does not say it.
const DATA_TIMEOUT: Duration = Duration::from_secs(10);

/// Most keys that one entry takes.
const LONGEST_ENTRY: usize = 1_024;

/// Long enough to be for ever.
const FOR_EVER: Duration = Duration::from_secs(86_400 * 365);

/// What `SAY DATE` and `SAY TIME` say of a moment.
const DATE: &str = "ABdY";
const TIME: &str = "IMp";

pub(super) fn samples(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).saturating_mul(SAMPLES_A_MILLISECOND)
}

/// What a key does to a prompt that is played.
enum Press {
    Ends,
    Nothing,
}

/// Plays a prompt; a missing one is told on the console, and to the script.
async fn play_file(
    script: &Script<'_>,
    file: &str,
    offset: Duration,
    mut press: impl FnMut(char, &PlaybackControl) -> Press,
) -> Result<Reply, CallError> {
    // Scripts that want silence name no file.
    if file.is_empty() {
        return Ok(Reply::ended_at(0, 0));
    }
    let control = PlaybackControl::starting_at(offset);
    let stops = |key| matches!(press(key, &control), Press::Ends);
    match script.channel.call.play_controlled(file, &control, stops).await {
        Ok(PlayEnd::Finished) => Ok(Reply::ended_at(0, samples(control.position()))),
        Ok(PlayEnd::Interrupted(key)) => Ok(Reply::ended_at(u32::from(key), samples(control.position()))),
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            script.channel.warning(format!("AGI: {error}"));
            Ok(Reply::ended_at(FAILED, 0))
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn stream(
    script: &Script<'_>,
    file: &str,
    keys: &str,
    offset: u64,
) -> Result<Reply, CallError> {
    let offset = Duration::from_millis(offset / SAMPLES_A_MILLISECOND);
    let name = script.channel.call.name();
    script.channel.verbose(
        3,
        format!("<{name}> Playing '{file}' (escape_digits={keys}) (sample_offset {})", samples(offset)),
    );
    play_file(script, file, offset, |key, _| if keys.contains(key) { Press::Ends } else { Press::Nothing })
        .await
}

pub(super) async fn control(script: &Script<'_>, playing: &Playing) -> Result<Reply, CallError> {
    let Playing { file, keys, skip, forward, rewind, pause, offset } = playing;
    play_file(script, file, *offset, |key, control| {
        match key {
            key if forward.contains(key) => control.forward(*skip),
            key if rewind.contains(key) => control.back(*skip),
            key if pause.contains(key) && control.is_paused() => control.resume(),
            key if pause.contains(key) => control.pause(),
            key if keys.contains(key) => return Press::Ends,
            _ => {}
        }
        Press::Nothing
    })
    .await
}

/// Plays a prompt until a key, which begins an entry.
async fn prompt(script: &Script<'_>, file: &str) -> Result<Option<char>, CallError> {
    if file.is_empty() {
        return Ok(None);
    }
    match script.channel.call.play_until_key(file, |_| true).await {
        Ok(PlayEnd::Interrupted(key)) => Ok(Some(key)),
        Ok(PlayEnd::Finished) => Ok(None),
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            script.channel.warning(format!("AGI: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn get_data(
    script: &Script<'_>,
    file: &str,
    timeout: Option<Duration>,
    most: Option<usize>,
) -> Result<Reply, CallError> {
    let wait = timeout.unwrap_or(DATA_TIMEOUT).min(FOR_EVER);
    let most = most.unwrap_or(LONGEST_ENTRY).min(LONGEST_ENTRY);
    let mut pressed = prompt(script, file).await?;
    let mut entry = String::new();
    loop {
        let key = match pressed.take() {
            Some(key) => Some(key),
            None => script.channel.call.next_digit(wait).await?,
        };
        match key {
            None => return Ok(Reply::with_data(entry, "timeout")),
            Some('#') => return Ok(Reply::of(entry)),
            Some(key) => entry.push(key),
        }
        if entry.len() >= most {
            return Ok(Reply::of(entry));
        }
    }
}

pub(super) async fn get_option(
    script: &Script<'_>,
    file: &str,
    keys: &str,
    timeout: Option<Duration>,
) -> Result<Reply, CallError> {
    let played = stream(script, file, keys, 0).await?;
    let Reply::Success { result, end_position, .. } = &played else { return Ok(played) };
    if result != "0" {
        return Ok(played);
    }
    let position = end_position.unwrap_or(0);
    let wait = timeout.unwrap_or(DATA_TIMEOUT).min(FOR_EVER);
    let ends = tokio::time::Instant::now() + wait;
    loop {
        let left = ends.saturating_duration_since(tokio::time::Instant::now());
        match script.channel.call.next_digit(left).await? {
            Some(key) if keys.contains(key) => return Ok(Reply::ended_at(u32::from(key), position)),
            Some(_) => {}
            None => return Ok(Reply::ended_at(0, position)),
        }
    }
}

pub(super) async fn wait_for_digit(script: &Script<'_>, wait: Option<Duration>) -> Result<Reply, CallError> {
    let wait = wait.unwrap_or(FOR_EVER).min(FOR_EVER);
    script.channel.call.next_digit(wait).await.map(Reply::of_key)
}

pub(super) async fn say(script: &Script<'_>, what: &Spoken, keys: &str) -> Result<Reply, CallError> {
    let language = Language::of(&script.channel.call.language());
    let prompts = match what {
        Spoken::Alpha(text) => language.letters(text, LetterCase::Untold),
        Spoken::Digits(digits) => language.digits(digits),
        Spoken::Number { number, gender } => {
            language.number(*number, gender.as_deref().and_then(Gender::parse).unwrap_or_default())
        }
        Spoken::Phonetic(text) => language.phonetic(text),
        Spoken::Date(time) => moment(script, language, *time, Some(DATE), None),
        Spoken::Time(time) => moment(script, language, *time, Some(TIME), None),
        Spoken::DateTime { time, format, zone } => {
            moment(script, language, *time, format.as_deref(), zone.as_deref())
        }
    };
    play_until(script.channel, "AGI", &prompts, |key| keys.contains(key)).await.map(Reply::of_key)
}

/// A moment as prompts; nothing for one that no calendar has.
fn moment(
    script: &Script<'_>,
    language: Language,
    time: i64,
    format: Option<&str>,
    zone: Option<&str>,
) -> Vec<Prompt> {
    let Ok(moment) = Timestamp::from_second(time) else { return Vec::new() };
    let zone = match zone.map(TimeZone::get) {
        None => TimeZone::system(),
        Some(Ok(zone)) => zone,
        Some(Err(error)) => {
            script.channel.warning(format!("AGI: SAY DATETIME: {error}; the machine's own time is said"));
            TimeZone::system()
        }
    };
    let format = format.map_or_else(|| language.date_format(), Format::parse);
    language.date(&format, &moment.to_zoned(zone.clone()), &Timestamp::now().to_zoned(zone))
}
