//! `Playback(file[&file…][,options])`: plays prompts; answers first unless `noanswer` or `skip` says otherwise.
//!
//! With `say` each is something to say by the rules of `say.conf` (`num:42`), with `mix` those with a colon in them are.
//!
//! Sets `PLAYBACKSTATUS` to `SUCCESS` or `FAILED`.

use call_control::{CallError, ChannelState};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{prompts, split};
use super::say::rules;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let files = arguments.first().map(String::as_str).unwrap_or_default();
    let options: Vec<&str> = arguments.iter().skip(1).flat_map(|o| o.split('&')).map(str::trim).collect();
    let unanswered = channel.call.state() != ChannelState::Up;
    if unanswered && options.contains(&"skip") {
        channel.set("PLAYBACKSTATUS", "SUCCESS");
        return Ok(Outcome::Continue);
    }
    if unanswered && !options.contains(&"noanswer") {
        channel.call.answer().await?;
    }
    let mut status = "SUCCESS";
    let (say, mix) = (options.contains(&"say"), options.contains(&"mix"));
    for file in prompts(files) {
        if say || (mix && is_said(file)) {
            if !rules::play(channel, "Playback", file).await? {
                status = "FAILED";
            }
            continue;
        }
        match channel.call.play(file).await {
            Ok(()) => {}
            Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
                channel.warning(format!("Playback: {error}"));
                status = "FAILED";
            }
            Err(error) => return Err(error),
        }
    }
    channel.set("PLAYBACKSTATUS", status);
    Ok(Outcome::Continue)
}

/// Whether it is something to say rather than a file, or an address.
fn is_said(text: &str) -> bool {
    text.contains(':') && !text.contains("://")
}
