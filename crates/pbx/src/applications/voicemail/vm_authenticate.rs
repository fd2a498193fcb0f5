//! `VMAuthenticate([mailbox][@context][,options])`: lets the caller go on who knows the password of a mailbox: that one, or
//! the one that it enters. After three attempts the call ends.
//!
//! Option `s` plays no prompts at the beginning. Sets `AUTH_MAILBOX` and `AUTH_CONTEXT`.

use call_control::{CallError, ChannelState, ReadDigits};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

/// Attempts that a caller has.
const ATTEMPTS: usize = 3;
/// Most keys of a mailbox and of a password.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).unwrap_or_default();
    let options = Options::parse(argument(1));
    let (mailbox, context) = argument(0).split_once('@').unwrap_or((argument(0), ""));
    let context = Some(context).filter(|context| !context.is_empty());
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let mut prompts = match options.has('s') {
        true => ["", ""],
        false => ["vm-login", "vm-password"],
    };
    for _ in 0..ATTEMPTS {
        let number = match mailbox {
            "" => ask(channel, prompts[0]).await?,
            mailbox => mailbox.to_owned(),
        };
        let password = ask(channel, prompts[1]).await?;
        let configuration = channel.exchange.configuration();
        let found = configuration.voicemail.find(&number, context);
        if let Some((context, _)) = found.filter(|(_, known)| known.password == password) {
            channel.set("AUTH_MAILBOX", &number);
            channel.set("AUTH_CONTEXT", context);
            say(channel, "auth-thankyou").await?;
            return Ok(Outcome::Continue);
        }
        channel.verbose(3, format!("Incorrect password for mailbox '{number}'"));
        prompts = ["vm-incorrect-mailbox", "vm-password"];
        if !mailbox.is_empty() {
            say(channel, "vm-incorrect").await?;
        }
    }
    say(channel, "vm-goodbye").await?;
    Ok(Outcome::Hangup)
}

/// Keys up to `#` or a pause, behind a prompt.
async fn ask(channel: &DialplanChannel, prompt: &str) -> Result<String, CallError> {
    let rule = ReadDigits {
        max: LONGEST,
        first: channel.response_timeout,
        between: channel.digit_timeout,
        terminator: Some('#'),
    };
    match channel.call.read(prompt, &rule).await {
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("VMAuthenticate: {error}"));
            channel.call.read("", &rule).await
        }
        entered => entered,
    }
}

async fn say(channel: &DialplanChannel, prompt: &str) -> Result<(), CallError> {
    match channel.call.play(prompt).await {
        Err(error @ (CallError::NoSuchSound(_) | CallError::UnreadableSound { .. })) => {
            channel.warning(format!("VMAuthenticate: {error}"));
            Ok(())
        }
        other => other,
    }
}
