//! `ReadExten(variable[,file[,context[,option[,timeout]]]])`: reads an extension that is in a context.
//!
//! Options: `s` skips a call that is not answered, `n` does not answer it, `i` plays the file as a tone, `p` lets `#` end the extension.
//! Sets `READEXTENSTATUS` to `OK`, `TIMEOUT`, `INVALID` (what was dialled is in `INVALID_EXTEN`), `SKIP`, `HANGUP` or `ERROR`.

use call_control::{CallError, ChannelState, PlayEnd};
use dialplan_vm::{Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, prompts, seconds, split};
use crate::dialplan::DialplanChannel;

/// Longest number that is put together.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let Some(variable) = argument(0) else {
        channel.warning("ReadExten(): give the name of a variable");
        return finish(channel, None, "ERROR");
    };
    channel.set(variable, "");
    let options = Options::parse(argument(3).unwrap_or_default());
    if channel.call.state() != ChannelState::Up {
        if options.has('s') {
            return finish(channel, None, "SKIP");
        }
        if !options.has('n') {
            channel.call.answer().await?;
        }
    }
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("READEXTENSTATUS", "HANGUP");
    let file = argument(1).unwrap_or_default();
    let mut pressed = None;
    if options.has('i') {
        channel.call.play_indication(if file.is_empty() { "dial" } else { file });
    } else {
        pressed = play(channel, file).await?;
    }
    let timeout = argument(4).and_then(seconds).filter(|time| !time.is_zero());
    let own = channel.machine.location().context.to_string();
    let context = argument(2).unwrap_or(&own);
    let plan = channel.machine.plan().clone();
    let caller = channel.call.caller().number;
    let mut number = String::new();
    loop {
        let usual = if number.is_empty() { channel.response_timeout } else { channel.digit_timeout };
        let key = match pressed.take() {
            Some(key) => Some(key),
            None => channel.call.next_digit(timeout.unwrap_or(usual)).await?,
        };
        if options.has('i') {
            channel.call.stop_indication();
        }
        let Some(key) = key.filter(|key| *key != '#' || !options.has('p')) else { break };
        number.push(key);
        match plan.matching(context, &number, Some(&caller)) {
            Matching::Matches { more_could: true } | Matching::CouldMatch if number.len() < LONGEST => {}
            _ => break,
        }
    }
    if number.is_empty() {
        return finish(channel, None, "TIMEOUT");
    }
    match plan.matching(context, &number, Some(&caller)) {
        Matching::Matches { .. } => finish(channel, Some((variable, &number)), "OK"),
        _ => finish(channel, Some(("INVALID_EXTEN", &number)), "INVALID"),
    }
}

/// Plays the prompts; the key that stops them.
async fn play(channel: &DialplanChannel, files: &str) -> Result<Option<char>, CallError> {
    for file in prompts(files) {
        match channel.call.play_until_key(file, |_| true).await {
            Ok(PlayEnd::Interrupted(key)) => return Ok(Some(key)),
            Ok(PlayEnd::Finished) => {}
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("ReadExten: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn finish(channel: &DialplanChannel, set: Option<(&str, &str)>, status: &str) -> ApplicationResult {
    if let Some((name, value)) = set {
        channel.set(name, value);
    }
    channel.set("READEXTENSTATUS", status);
    Ok(Outcome::Continue)
}
