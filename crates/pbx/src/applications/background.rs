//! `BackGround(file[&file…][,options[,language[,context]]])`: plays prompts while the caller dials an extension.
//!
//! Options: `s` skips them when the call is not answered, `n` plays them without answering it, `m` lets only keys stop them
//! that begin an extension, `p` lets none. A key stops the prompts; digits are collected as long as they could become an extension of the context. Sets
//! `BACKGROUNDSTATUS` to `SUCCESS` or `FAILED`.

use call_control::{CallError, ChannelState, PlayEnd};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{Options, prompts, split};
use super::dialed_digits::collect;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let options = Options::parse(argument(1).unwrap_or_default());
    let unanswered = channel.call.state() != ChannelState::Up;
    if unanswered && options.has('s') {
        return Ok(Outcome::Continue);
    }
    if unanswered && !options.has('n') {
        channel.call.answer().await?;
    }
    let context = argument(3).map_or_else(|| channel.machine.location().context.to_string(), str::to_owned);
    let only_extensions = options.has('m');
    let own_language = channel.call.language();
    if let Some(language) = argument(2) {
        channel.call.set_language(language);
    }
    let files = argument(0).unwrap_or_default();
    let pressed = match options.has('p') {
        false => play(channel, files, &context, only_extensions).await,
        true => play_whole(channel, files).await.map(|()| None),
    };
    channel.call.set_language(&own_language);
    match pressed? {
        Some(first) => collect(channel, &context, Some(first)).await,
        None => Ok(Outcome::Continue),
    }
}

/// Plays to the end, whatever is pressed meanwhile.
async fn play_whole(channel: &DialplanChannel, files: &str) -> Result<(), CallError> {
    let mut status = "SUCCESS";
    for file in prompts(files) {
        match channel.call.play(file).await {
            Ok(()) => {}
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("BackGround: {error}"));
                status = "FAILED";
            }
            Err(error) => return Err(error),
        }
    }
    channel.set("BACKGROUNDSTATUS", status);
    Ok(())
}

/// Plays until the end or a key; with `m` only a key that begins an extension counts.
async fn play(
    channel: &DialplanChannel,
    files: &str,
    context: &str,
    only_extensions: bool,
) -> Result<Option<char>, CallError> {
    let plan = channel.machine.plan().clone();
    let counts = |key: char| {
        !only_extensions
            || plan.matching(context, key.encode_utf8(&mut [0; 4]), None) != dialplan_vm::Matching::Nothing
    };
    let mut status = "SUCCESS";
    for file in prompts(files) {
        match channel.call.play_until_key(file, counts).await {
            Ok(PlayEnd::Interrupted(key)) => return Ok(Some(key)),
            Ok(PlayEnd::Finished) => {}
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("BackGround: {error}"));
                status = "FAILED";
            }
            Err(error) => return Err(error),
        }
    }
    channel.set("BACKGROUNDSTATUS", status);
    Ok(None)
}
