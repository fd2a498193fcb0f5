//! `Read(variable[,file[&file…][,max[,options[,attempts[,timeout]]]]])`: reads keys into a variable.
//!
//! `max` 0 or absent: until `#`. Options: `s` skips when the call is not answered, `n` reads without answering it, `i` plays
//! a tone of that name (`dial`) in place of prompts, `t(xy)` ends the entry with other keys, `t()` with none, `e` makes the key that
//! ends an entry the entry where nothing came before it. Sets `READSTATUS` to `OK` where the caller ended the entry (with a key, or
//! with as many as there may be, even if it is empty), to `TIMEOUT` where time did (what came until then is in the variable),
//! or to `ERROR`, `HANGUP` or `SKIPPED`.
//! The keys of a caller who hangs up in the middle are in the variable, too.

use std::time::Duration;

use call_control::{CallError, ChannelState, PlayEnd};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{Options, prompts, seconds, split};
use crate::dialplan::DialplanChannel;

/// Most keys that one entry takes.
const LONGEST_ENTRY: usize = 255;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let Some(variable) = argument(0) else {
        channel.warning("Read(): give the name of a variable, as in Read(pin,enter-pin,4)");
        channel.set("READSTATUS", "ERROR");
        return Ok(Outcome::Continue);
    };
    let options = Options::parse(argument(3).unwrap_or_default());
    if channel.call.state() != ChannelState::Up {
        if options.has('s') {
            return finish(channel, variable, "", "SKIPPED");
        }
        if !options.has('n') {
            channel.call.answer().await?;
        }
    }
    let timeout = argument(5).and_then(seconds).filter(|d| !d.is_zero());
    let max = argument(2).and_then(|m| m.parse().ok()).filter(|m| *m > 0).unwrap_or(LONGEST_ENTRY);
    let rule = Rule {
        variable: variable.to_owned(),
        max: max.min(LONGEST_ENTRY),
        first: timeout.unwrap_or(channel.response_timeout),
        between: timeout.unwrap_or(channel.digit_timeout),
        terminators: terminators(&options).to_owned(),
        keeps_terminator: options.has('e'),
    };
    let attempts = argument(4).and_then(|a| a.parse().ok()).unwrap_or(1).max(1);
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("READSTATUS", "HANGUP");
    let mut entry = Entry::default();
    for _ in 0..attempts {
        let files = argument(1).unwrap_or_default();
        entry = match options.has('i') {
            true => rule.read_over_tone(channel, files).await?,
            false => rule.read(channel, files).await?,
        };
        if !entry.keys.is_empty() {
            break;
        }
    }
    channel.verbose(
        3,
        match &*entry.keys {
            "" => "User entered nothing.".to_owned(),
            keys => format!("User entered '{keys}'"),
        },
    );
    finish(channel, variable, &entry.keys, if entry.ended_by_caller { "OK" } else { "TIMEOUT" })
}

/// The keys that end an entry.
fn terminators(options: &Options) -> &str {
    if options.has('t') { options.argument('t').unwrap_or_default() } else { "#" }
}

/// What a caller pressed.
#[derive(Default)]
struct Entry {
    keys: String,
    /// With a key, or with as many as there may be: time did not.
    ended_by_caller: bool,
}

/// What makes an entry.
struct Rule {
    variable: String,
    max: usize,
    /// How long it waits for the first key, and for each that follows.
    first: Duration,
    between: Duration,
    terminators: String,
    /// Whether a key that ends an entry without any other is the entry.
    keeps_terminator: bool,
}

impl Rule {
    /// All prompts but the last are played through unless a key comes; then the entry is read.
    async fn read(&self, channel: &DialplanChannel, files: &str) -> Result<Entry, CallError> {
        let mut pressed = None;
        for file in prompts(files) {
            match channel.call.play_until_key(file, |_| true).await {
                Ok(PlayEnd::Finished) => {}
                Ok(PlayEnd::Interrupted(key)) => {
                    pressed = Some(key);
                    break;
                }
                Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                    channel.warning(format!("Read: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        self.entry(channel, pressed).await
    }

    /// The caller hears a tone until it presses the first key.
    async fn read_over_tone(&self, channel: &DialplanChannel, tone: &str) -> Result<Entry, CallError> {
        channel.call.play_indication(tone);
        let pressed = channel.call.next_digit(self.first).await;
        channel.call.stop_indication();
        match pressed? {
            Some(key) => self.entry(channel, Some(key)).await,
            None => Ok(Entry::default()),
        }
    }

    /// Reads keys; `pressed` came while something played.
    async fn entry(&self, channel: &DialplanChannel, mut pressed: Option<char>) -> Result<Entry, CallError> {
        let mut keys = String::new();
        while keys.len() < self.max {
            let wait = if keys.is_empty() { self.first } else { self.between };
            let key = match pressed.take() {
                Some(key) => Some(key),
                None => channel.call.next_digit(wait).await?,
            };
            let Some(key) = key else { return Ok(Entry { keys, ended_by_caller: false }) };
            if self.terminators.contains(key) {
                if keys.is_empty() && self.keeps_terminator {
                    keys.push(key);
                }
                break;
            }
            keys.push(key);
            channel.set(&self.variable, &keys);
        }
        Ok(Entry { keys, ended_by_caller: true })
    }
}

fn finish(channel: &DialplanChannel, variable: &str, entry: &str, status: &str) -> ApplicationResult {
    channel.set(variable, entry);
    channel.set("READSTATUS", status);
    Ok(Outcome::Continue)
}
