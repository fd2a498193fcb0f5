//! `PrivacyManager([retries[,length[,options[,context]]]])`: asks a caller without a number for one.
//!
//! Sets `PRIVACYMGRSTATUS` to `SUCCESS` or `FAILED`, and the caller's number to what was entered. With a context, a number
//! counts that is in it.

use call_control::{CallError, ChannelState, ReadDigits};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

/// Attempts, unless they are given.
const ATTEMPTS: usize = 3;
/// Keys of a number, unless they are given.
const LENGTH: usize = 10;
/// Most keys of a number.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    if !channel.call.caller().number.is_empty() {
        channel.set("PRIVACYMGRSTATUS", "SUCCESS");
        return Ok(Outcome::Continue);
    }
    let arguments = split(arguments);
    let number = |n: usize, usual: usize| {
        let given = arguments.get(n).and_then(|text| text.parse().ok()).filter(|n| (1..=LONGEST).contains(n));
        given.unwrap_or(usual)
    };
    let (attempts, length) = (number(0, ATTEMPTS), number(1, LENGTH));
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let rule = ReadDigits {
        max: LONGEST,
        first: channel.response_timeout,
        between: channel.digit_timeout,
        terminator: Some('#'),
    };
    channel.set("PRIVACYMGRSTATUS", "FAILED");
    say(channel, "privacy-unident").await?;
    for _ in 0..attempts {
        let entered = channel.call.read("privacy-prompt", &rule).await?;
        if entered.len() >= length && is_known(channel, arguments.get(3), &entered) {
            channel.assign("CALLERID(num)", &entered);
            say(channel, "privacy-thankyou").await?;
            channel.set("PRIVACYMGRSTATUS", "SUCCESS");
            return Ok(Outcome::Continue);
        }
        say(channel, "privacy-incorrect").await?;
    }
    Ok(Outcome::Continue)
}

fn is_known(channel: &DialplanChannel, context: Option<&String>, number: &str) -> bool {
    let context = context.filter(|context| !context.is_empty());
    context.is_none_or(|context| channel.machine.plan().exists(context, number, None, 1))
}

async fn say(channel: &DialplanChannel, prompt: &str) -> Result<(), CallError> {
    match channel.call.play(prompt).await {
        Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => Ok(()),
        other => other,
    }
}
