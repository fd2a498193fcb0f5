//! Collecting the digits of an extension, as long as more of them could mean another one.

use call_control::CallError;
use dialplan_vm::{Matching, Outcome, Query};

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// Most digits of an extension that a caller can dial.
const LONGEST_EXTENSION: usize = 80;

/// Collects digits after `first` and jumps to what was dialled; without any, to `t`.
pub(super) async fn collect(
    channel: &mut DialplanChannel,
    context: &str,
    first: Option<char>,
) -> ApplicationResult {
    let dialed = digits(channel, context, first).await?;
    let here = channel.machine.location().context.clone();
    if dialed.is_empty() {
        return Ok(Outcome::ResponseTimeout);
    }
    if *context == *here {
        return Ok(Outcome::Dialed(dialed));
    }
    Ok(Outcome::Jump(dialplan_vm::JumpTarget::to(context, &dialed, 1)))
}

async fn digits(channel: &DialplanChannel, context: &str, first: Option<char>) -> Result<String, CallError> {
    let plan = channel.machine.plan().clone();
    let caller = channel.call.caller().number;
    let mut dialed = String::new();
    let mut next = first;
    loop {
        let wait = if dialed.is_empty() { channel.response_timeout } else { channel.digit_timeout };
        let key = match next.take() {
            Some(key) => Some(key),
            None => channel.call.next_digit(wait).await?,
        };
        let Some(key) = key else { return Ok(dialed) };
        dialed.push(key);
        let query = Query::new(context, &dialed, Some(&caller)).at(channel).with(channel);
        let more_could_match = match plan.matching_with(&query) {
            Matching::Nothing => false,
            Matching::CouldMatch => true,
            Matching::Matches { more_could } => more_could,
        };
        if !more_could_match || dialed.len() >= LONGEST_EXTENSION {
            return Ok(dialed);
        }
    }
}
