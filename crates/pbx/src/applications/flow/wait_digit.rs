//! `WaitDigit([seconds[,digits]])`: waits for one key, of those that are named.
//!
//! Sets `WAITDIGITSTATUS` to `DTMF`, `TIMEOUT`, `CANCEL` (another key than those named) or `ERROR`, and `WAITDIGITRESULT` to the
//! key.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{seconds, split};
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let wait = match argument(0).map(|text| (text, seconds(text))) {
        None => channel.response_timeout,
        Some((_, Some(wait))) => wait,
        Some((text, None)) => {
            channel.warning(format!("WaitDigit: '{text}' is no number of seconds"));
            channel.set("WAITDIGITSTATUS", "ERROR");
            return Ok(Outcome::Continue);
        }
    };
    let (status, key) = match channel.call.next_digit(wait).await? {
        None => ("TIMEOUT", String::new()),
        Some(key) if argument(1).is_none_or(|wanted| wanted.contains(key)) => ("DTMF", key.to_string()),
        Some(key) => ("CANCEL", key.to_string()),
    };
    channel.set("WAITDIGITSTATUS", status);
    channel.set("WAITDIGITRESULT", key);
    Ok(Outcome::Continue)
}
