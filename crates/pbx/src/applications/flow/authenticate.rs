//! `Authenticate(password[,options[,maxdigits[,prompt]]])`: lets the caller go on who knows the password; hangs up on others
//! after three attempts.
//!
//! A password that begins with `/` is a file with a password on each line. Options: `a` keeps what was entered in
//! `ACCOUNTCODE`. `d`, `m` and `r` need the database of Asterisk, and are refused.

use call_control::{CallError, ChannelState, ReadDigits};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

/// Attempts that a caller has.
const ATTEMPTS: usize = 3;
/// Most keys of a password.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let options = Options::parse(argument(1).unwrap_or_default());
    let Some(password) = argument(0) else {
        channel
            .warning("Authenticate(): give a password, or the path of a file with passwords; the call ends");
        return Ok(Outcome::Hangup);
    };
    if let Some(letter) = ['d', 'm', 'r'].into_iter().find(|letter| options.has(*letter)) {
        channel.warning(format!("Authenticate: option {letter} is not known here; the call ends"));
        return Ok(Outcome::Hangup);
    }
    if channel.call.state() != ChannelState::Up {
        channel.call.answer().await?;
    }
    let max = argument(2).and_then(|max| max.parse().ok()).filter(|max| (1..=LONGEST).contains(max));
    let rule = ReadDigits {
        max: max.unwrap_or(LONGEST),
        first: channel.response_timeout,
        between: channel.digit_timeout,
        terminator: Some('#'),
    };
    let mut prompt = argument(3).unwrap_or("agent-pass").to_owned();
    for _ in 0..ATTEMPTS {
        let entered = channel.call.read(&prompt, &rule).await?;
        if is_right(channel, password, &entered).await {
            if options.has('a') {
                channel.set("ACCOUNTCODE", &entered);
                channel.exchange.call_records().set_account_code(channel.call.name(), &entered);
            }
            return say(channel, "auth-thankyou").await.map(|()| Outcome::Continue);
        }
        prompt = "auth-incorrect".to_owned();
    }
    say(channel, "vm-goodbye").await?;
    Ok(Outcome::Hangup)
}

/// Whether it is the password, or one of the file.
async fn is_right(channel: &DialplanChannel, password: &str, entered: &str) -> bool {
    if entered.is_empty() {
        return false;
    }
    if !password.starts_with('/') {
        return password == entered;
    }
    match tokio::fs::read_to_string(password).await {
        Ok(lines) => lines.lines().any(|line| line.trim() == entered),
        Err(error) => {
            channel.warning(format!("Authenticate: {password} cannot be read: {error}"));
            false
        }
    }
}

async fn say(channel: &DialplanChannel, prompt: &str) -> Result<(), CallError> {
    match channel.call.play(prompt).await {
        Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => Ok(()),
        other => other,
    }
}
