//! `Incomplete([n])`: more digits are needed: takes them, and tries the longer number. `n` does not answer the call for it.
//!
//! A caller who dials no more has dialled too few digits, and is told so (SIP: 484).

use call_control::{ChannelState, HangupCause};
use dialplan_vm::{Matching, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// Longest number that is put together.
const LONGEST: usize = 80;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    if channel.call.state() == ChannelState::Ring && arguments.trim() != "n" {
        channel.call.answer().await?;
    }
    let here = channel.machine.location().clone();
    let plan = channel.machine.plan().clone();
    let caller = channel.call.caller().number;
    let mut number = here.extension.to_string();
    while number.len() < LONGEST {
        let Some(key) = channel.call.next_digit(channel.digit_timeout).await? else { break };
        number.push(key);
        match plan.matching(&here.context, &number, Some(&caller)) {
            Matching::Matches { more_could: false } | Matching::Nothing => {
                return Ok(Outcome::Dialed(number));
            }
            Matching::Matches { more_could: true } | Matching::CouldMatch => {}
        }
    }
    if number.len() > here.extension.len() {
        return Ok(Outcome::Dialed(number));
    }
    channel.call.hangup(HangupCause::INCOMPLETE);
    Ok(Outcome::Hangup)
}
