//! `DISA(passcode|no-password[,context[,callerid]])`: gives a caller from outside the dial tone of the house, once it knows the
//! passcode.
//!
//! The passcode and the number end with `#` or by a pause. Option `n` (fifth argument) does not answer the call.

use call_control::{CallError, ChannelState, ReadDigits};
use dialplan_vm::{JumpTarget, Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

/// Longest number, and longest passcode.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let Some(passcode) = argument(0) else {
        channel.warning("DISA(): give a passcode, or no-password; the call ends");
        return Ok(Outcome::Hangup);
    };
    if passcode.starts_with('/') {
        channel.warning("DISA: a file of passcodes is not known here; give one passcode. The call ends");
        return Ok(Outcome::Hangup);
    }
    let options = Options::parse(argument(4).unwrap_or_default());
    if channel.call.state() != ChannelState::Up && !options.has('n') {
        channel.call.answer().await?;
    }
    let context = argument(1).unwrap_or("disa").to_owned();
    if passcode != "no-password" {
        let rule = ReadDigits {
            max: LONGEST,
            first: channel.response_timeout,
            between: channel.digit_timeout,
            terminator: Some('#'),
        };
        let entered = with_tone(channel, &rule).await?;
        if entered != passcode {
            channel.warning(format!("DISA: '{}' gave a wrong passcode", channel.call.name()));
            return busy(channel).await;
        }
    }
    let number = number(channel, &context).await?;
    let caller = channel.call.caller().number;
    if !channel.machine.plan().exists(&context, &number, Some(&caller), 1) {
        return busy(channel).await;
    }
    if let Some(caller) = argument(2) {
        channel.assign("CALLERID(all)", caller);
    }
    Ok(Outcome::Jump(JumpTarget::to(context, number, 1)))
}

/// Reads keys; the tone is heard until the first one.
async fn with_tone(channel: &DialplanChannel, rule: &ReadDigits) -> Result<String, CallError> {
    channel.call.play_indication("dial");
    let pressed = channel.call.next_digit(rule.first).await;
    channel.call.stop_indication();
    match pressed? {
        Some(key) => channel.call.read_after(Some(key), rule).await,
        None => Ok(String::new()),
    }
}

/// Reads a number until no other can begin with it.
async fn number(channel: &DialplanChannel, context: &str) -> Result<String, CallError> {
    let plan = channel.machine.plan().clone();
    let caller = channel.call.caller().number;
    let mut number = String::new();
    channel.call.play_indication("dial");
    while number.len() < LONGEST {
        let wait = if number.is_empty() { channel.response_timeout } else { channel.digit_timeout };
        let key = channel.call.next_digit(wait).await;
        let goes_on = plan.context(context).is_some_and(|context| context.ignores(&number));
        if !goes_on {
            channel.call.stop_indication();
        }
        let Some(key) = key?.filter(|key| *key != '#') else { break };
        number.push(key);
        match plan.matching(context, &number, Some(&caller)) {
            Matching::Matches { more_could: true } | Matching::CouldMatch => {}
            Matching::Matches { more_could: false } | Matching::Nothing => break,
        }
    }
    channel.call.stop_indication();
    Ok(number)
}

/// The caller hears that it does not go on.
async fn busy(channel: &mut DialplanChannel) -> ApplicationResult {
    channel.call.play_indication("congestion");
    channel.call.wait(std::time::Duration::from_secs(10)).await?;
    Ok(Outcome::Hangup)
}
