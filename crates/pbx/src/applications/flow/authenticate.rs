//! `Authenticate(password[,options[,maxdigits[,prompt]]])`: lets the caller go on who knows the password; hangs up on others
//! after three attempts.
//!
//! A password that begins with `/` is a file with a password on each line. Options: `a` keeps what was entered in
//! `ACCOUNTCODE`; `d` takes the path for a family of the data base, whose keys are the passwords; `r` deletes the one that was
//! entered; `m` takes the lines of the file for accounts and MD5 sums of passwords, with a colon between them, and keeps the
//! account.

use call_control::{CallError, ChannelState, ReadDigits};
use dialplan_vm::Outcome;
use md5::{Digest, Md5};

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
        if let Some(account) = account_of(channel, password, &options, &entered).await {
            if options.has('a') || options.has('m') {
                channel.exchange.call_records().set_account_code(channel.call.name(), &account);
                channel.set("ACCOUNTCODE", account);
            }
            return say(channel, "auth-thankyou").await.map(|()| Outcome::Continue);
        }
        prompt = "auth-incorrect".to_owned();
    }
    say(channel, "vm-goodbye").await?;
    Ok(Outcome::Hangup)
}

/// The account of whoever knows this password; `None` for one that is wrong.
async fn account_of(
    channel: &DialplanChannel,
    password: &str,
    options: &Options,
    entered: &str,
) -> Option<String> {
    if entered.is_empty() {
        return None;
    }
    let Some(path) = password.strip_prefix('/') else {
        return (password == entered).then(|| entered.to_owned());
    };
    if options.has('d') {
        let astdb = channel.exchange.astdb();
        astdb.get(path, entered)?;
        if options.has('r')
            && let Err(error) = astdb.delete(path, entered).await
        {
            channel.warning(format!("Authenticate: the password stays in the data base: {error}"));
        }
        return Some(entered.to_owned());
    }
    match tokio::fs::read_to_string(password).await {
        Ok(lines) if options.has('m') => account_in(&lines, entered),
        Ok(lines) => lines.lines().any(|line| line.trim() == entered).then(|| entered.to_owned()),
        Err(error) => {
            channel.warning(format!("Authenticate: {password} cannot be read: {error}"));
            None
        }
    }
}

/// The account in `account:md5` lines whose password this is.
fn account_in(lines: &str, entered: &str) -> Option<String> {
    let sum: String = Md5::digest(entered).iter().map(|octet| format!("{octet:02x}")).collect();
    let mut accounts = lines.lines().filter_map(|line| line.trim().split_once(':'));
    let found = accounts.find(|(_, listed)| listed.trim().eq_ignore_ascii_case(&sum));
    found.map(|(account, _)| account.trim().to_owned())
}

async fn say(channel: &DialplanChannel, prompt: &str) -> Result<(), CallError> {
    match channel.call.play(prompt).await {
        Err(CallError::NoSuchSound(_) | CallError::UnreadableSound { .. }) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::Bench;

    #[test]
    fn accounts_are_found_by_the_sum_of_their_password() {
        // MD5 of 1234 and of 4711.
        let lines = "sales:81dc9bdb52d04dc20036dbd8313ed055\nsupport:6DC5A8F2F6B8F0B9D0F6A9F6F0B0C0D0\n";
        assert_eq!(account_in(lines, "1234").as_deref(), Some("sales"));
        assert_eq!(account_in(lines, "4711"), None);
    }

    #[tokio::test]
    async fn a_password_of_the_data_base_is_good_once() {
        let bench = Bench::new().await;
        let channel = &bench.channel;
        channel.exchange.astdb().put("pin", "100", "whatever").await.unwrap();
        let options = Options::parse("dr");
        assert_eq!(account_of(channel, "/pin", &options, "101").await, None);
        assert_eq!(account_of(channel, "/pin", &options, "100").await.as_deref(), Some("100"));
        assert_eq!(account_of(channel, "/pin", &options, "100").await, None, "it was taken away");
        assert_eq!(account_of(channel, "42", &options, "42").await.as_deref(), Some("42"));
    }
}
