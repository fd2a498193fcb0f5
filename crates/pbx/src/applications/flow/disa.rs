//! `DISA(passcode|file[,context[,callerid[,mailbox[,options]]]])`: gives a caller from outside the dial tone of the house, once
//! it knows the passcode; `no-password` asks for none.
//!
//! What begins with no digit is a file whose lines are `passcode[,context[,callerid[,mailbox]]]`; blank ones and those that begin with
//! `#` or `;` do not count. The passcode ends with `#` or by a pause, and becomes the account; so does the number. A number that is not
//! there leads to `i` of the context. New messages in the mailbox change the tone. Options: `n` does not answer the call, `p`
//! lets `#` end a number that begins with it, too.

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
    let options = Options::parse(argument(4).unwrap_or_default());
    if channel.call.state() != ChannelState::Up && !options.has('n') {
        channel.call.answer().await?;
    }
    let given = Admission {
        context: argument(1).unwrap_or("disa").to_owned(),
        caller: argument(2).map(str::to_owned),
        mailbox: argument(3).map(str::to_owned),
        account: String::new(),
    };
    let admission = match passcode {
        "no-password" => given,
        passcode => {
            let entered = with_tone(channel, given.tone(channel)).await?;
            match admit(channel, passcode, given, &entered).await {
                Some(admission) => admission,
                None => {
                    channel.warning(format!("DISA: '{}' gave a wrong passcode", channel.call.name()));
                    return busy(channel).await;
                }
            }
        }
    };
    let mut number = number(channel, &admission, options.has('p')).await?;
    let caller = channel.call.caller().number;
    let exists = |number: &str| channel.machine.plan().exists(&admission.context, number, Some(&caller), 1);
    if !exists(&number) {
        if number.is_empty() || !exists("i") {
            return busy(channel).await;
        }
        channel.set("INVALID_EXTEN", &number);
        number = "i".to_owned();
    }
    if let Some(caller) = &admission.caller {
        channel.assign("CALLERID(all)", caller);
    }
    if !admission.account.is_empty() {
        channel.set("ACCOUNTCODE", &admission.account);
    }
    Ok(Outcome::Jump(JumpTarget::to(admission.context, number, 1)))
}

/// What a passcode opens.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Admission {
    context: String,
    caller: Option<String>,
    mailbox: Option<String>,
    account: String,
}

impl Admission {
    /// The tone that invites to dial.
    fn tone(&self, channel: &DialplanChannel) -> &'static str {
        let has_news = |mailbox: &String| channel.exchange.presence().mailbox(mailbox).new > 0;
        if self.mailbox.as_ref().is_some_and(has_news) { "dialrecall" } else { "dial" }
    }
}

/// What opens with what was entered: the passcode, or one of the file.
async fn admit(
    channel: &DialplanChannel,
    passcode: &str,
    given: Admission,
    entered: &str,
) -> Option<Admission> {
    if entered.is_empty() {
        return None;
    }
    if passcode.starts_with(|c: char| c.is_ascii_digit()) {
        return (passcode == entered).then(|| Admission { account: entered.to_owned(), ..given });
    }
    let path = channel.exchange.configuration().folders.configuration.join(passcode);
    match tokio::fs::read_to_string(&path).await {
        Ok(lines) => line_of(&lines, entered),
        Err(error) => {
            channel.warning(format!("DISA: {} cannot be read: {error}", path.display()));
            None
        }
    }
}

/// The line of a file of passcodes that this one opens.
fn line_of(lines: &str, entered: &str) -> Option<Admission> {
    lines.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])).find_map(|line| {
        let pieces = split(line);
        let piece = |n: usize| pieces.get(n).filter(|piece| !piece.is_empty()).cloned();
        (piece(0).as_deref() == Some(entered)).then(|| Admission {
            context: piece(1).unwrap_or_else(|| "disa".to_owned()),
            caller: piece(2),
            mailbox: piece(3),
            account: entered.to_owned(),
        })
    })
}

/// Reads a passcode; the tone is heard until its first key.
async fn with_tone(channel: &DialplanChannel, tone: &str) -> Result<String, CallError> {
    let rule = ReadDigits {
        max: LONGEST,
        first: channel.response_timeout,
        between: channel.digit_timeout,
        terminator: Some('#'),
    };
    channel.call.play_indication(tone);
    let pressed = channel.call.next_digit(rule.first).await;
    channel.call.stop_indication();
    match pressed? {
        Some(key) => channel.call.read_after(Some(key), &rule).await,
        None => Ok(String::new()),
    }
}

/// Reads a number until no other can begin with it.
async fn number(
    channel: &DialplanChannel,
    admission: &Admission,
    pound_ends: bool,
) -> Result<String, CallError> {
    let context = admission.context.as_str();
    let plan = channel.machine.plan().clone();
    let caller = channel.call.caller().number;
    let mut number = String::new();
    channel.call.play_indication(admission.tone(channel));
    while number.len() < LONGEST {
        let wait = if number.is_empty() { channel.response_timeout } else { channel.digit_timeout };
        let key = channel.call.next_digit(wait).await;
        let goes_on = plan.context(context).is_some_and(|context| context.ignores(&number));
        if !goes_on {
            channel.call.stop_indication();
        }
        let Some(key) = key? else { break };
        // A number may begin with #, where the context has such ones.
        let begins = number.is_empty() && plan.matching(context, "#", Some(&caller)) != Matching::Nothing;
        if key == '#' && (pound_ends || !begins) {
            break;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_file_open_their_own_context() {
        let lines = "; passcodes\n# of sales\n\n1234,sales,\"Sales\" <100>,100@default\n77\nno-password\n";
        let sales = line_of(lines, "1234").unwrap();
        assert_eq!((sales.context.as_str(), sales.account.as_str()), ("sales", "1234"));
        assert!(sales.caller.unwrap().contains("100"));
        assert_eq!(sales.mailbox.as_deref(), Some("100@default"));
        assert_eq!(line_of(lines, "77").unwrap().context, "disa");
        assert_eq!((line_of(lines, "123"), line_of(lines, ";")), (None, None));
    }
}
