//! `BackGround(file[&file…][,options[,language[,context]]])`: plays prompts while the caller dials an extension.
//!
//! Options: `s` skips them when the call is not answered, `n` plays them without answering it, `m` lets only keys stop them
//! that are an extension of one digit, `p` lets none. Otherwise a key stops the prompts, and digits are collected as long as they
//! could become an extension of the context. The language is that of the prompts alone. Sets `BACKGROUNDSTATUS` to `SUCCESS` or
//! `FAILED`.

use call_control::{Call, CallError, ChannelState, PlayEnd};
use dialplan_vm::{Matching, Outcome, Query};

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
        channel.set("BACKGROUNDSTATUS", "SUCCESS");
        return Ok(Outcome::Continue);
    }
    if unanswered && !options.has('n') {
        channel.call.answer().await?;
    }
    let context = argument(3).map_or_else(|| channel.machine.location().context.to_string(), str::to_owned);
    let own_language = argument(2).map(|language| OtherLanguage::begin(&channel.call, language));
    let caller = channel.call.caller().number;
    let (plan, here) = (channel.machine.plan().clone(), &*channel);
    let is_extension = |key: char| {
        let mut digit = [0; 4];
        let query = Query::new(&context, key.encode_utf8(&mut digit), Some(&caller)).at(here).with(here);
        matches!(plan.matching_with(&query), Matching::Matches { .. })
    };
    let stops = |key: char| !options.has('p') && (!options.has('m') || is_extension(key));
    let pressed = play(here, argument(0).unwrap_or_default(), stops).await;
    drop(own_language);
    match pressed? {
        Some(first) => collect(channel, &context, Some(first)).await,
        None => Ok(Outcome::Continue),
    }
}

/// A channel that hears another language than its own for a while: also `h` of a caller who hangs up meanwhile has its own.
struct OtherLanguage {
    call: Call,
    own: String,
}

impl OtherLanguage {
    fn begin(call: &Call, language: &str) -> Self {
        let own = call.language();
        call.set_language(language);
        Self { call: call.clone(), own }
    }
}

impl Drop for OtherLanguage {
    fn drop(&mut self) {
        self.call.set_language(&self.own);
    }
}

/// Plays until the end, or a key that `stops` it.
async fn play(
    channel: &DialplanChannel,
    files: &str,
    stops: impl Fn(char) -> bool,
) -> Result<Option<char>, CallError> {
    let (mut status, mut pressed) = ("SUCCESS", None);
    for file in prompts(files) {
        match channel.call.play_until_key(file, &stops).await {
            Ok(PlayEnd::Interrupted(key)) => {
                pressed = Some(key);
                break;
            }
            Ok(PlayEnd::Finished) => {}
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("BackGround: {error}"));
                status = "FAILED";
            }
            Err(error) => return Err(error),
        }
    }
    channel.set("BACKGROUNDSTATUS", status);
    Ok(pressed)
}
