//! `Read(variable[,file[&file…][,max[,options[,attempts[,timeout]]]]])`: reads keys into a variable.
//!
//! `max` 0 or absent: until `#`. Options: `s` skips when the call is not answered, `n` reads without answering it, `i` plays
//! a tone of that name (`dial`) in place of prompts, `t(x)` ends the entry with another key, `t()` with none. Sets
//! `READSTATUS` to `OK`, `ERROR`, `HANGUP`, `SKIPPED` or `TIMEOUT`.

use call_control::{CallError, ChannelState, PlayEnd, ReadDigits};
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
    let rule = ReadDigits {
        max: max.min(LONGEST_ENTRY),
        first: timeout.unwrap_or(channel.response_timeout),
        between: timeout.unwrap_or(channel.digit_timeout),
        terminator: terminator(&options),
    };
    let attempts = argument(4).and_then(|a| a.parse().ok()).unwrap_or(1).max(1);
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("READSTATUS", "HANGUP");
    for _ in 0..attempts {
        let files = argument(1).unwrap_or_default();
        let entry = match options.has('i') {
            true => read_over_tone(channel, files, &rule).await,
            false => read_once(channel, files, &rule).await,
        };
        match entry {
            Ok(entry) if entry.is_empty() => {}
            Ok(entry) => {
                channel.verbose(3, format!("User entered '{entry}'"));
                return finish(channel, variable, &entry, "OK");
            }
            Err(error) => return Err(error),
        }
    }
    channel.verbose(3, "User entered nothing.");
    finish(channel, variable, "", "TIMEOUT")
}

fn terminator(options: &Options) -> Option<char> {
    if options.has('t') { options.argument('t').and_then(|t| t.chars().next()) } else { Some('#') }
}

/// All prompts but the last are played through unless a key comes; then the entry is read.
async fn read_once(channel: &DialplanChannel, files: &str, rule: &ReadDigits) -> Result<String, CallError> {
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
    channel.call.read_after(pressed, rule).await
}

/// The caller hears a tone until it presses the first key.
async fn read_over_tone(
    channel: &DialplanChannel,
    tone: &str,
    rule: &ReadDigits,
) -> Result<String, CallError> {
    channel.call.play_indication(tone);
    let pressed = channel.call.next_digit(rule.first).await;
    channel.call.stop_indication();
    match pressed? {
        Some(key) => channel.call.read_after(Some(key), rule).await,
        None => Ok(String::new()),
    }
}

fn finish(channel: &DialplanChannel, variable: &str, entry: &str, status: &str) -> ApplicationResult {
    channel.set(variable, entry);
    channel.set("READSTATUS", status);
    Ok(Outcome::Continue)
}
