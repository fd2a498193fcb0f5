//! `StreamEcho([number])`: the caller hears itself until it presses `#`, as with `Echo`.
//!
//! The number is that of the streams of a call with several; calls have one stream of audio here, whatever it says.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let number = arguments.trim();
    if !number.is_empty() && !number.parse::<u32>().is_ok_and(|streams| streams > 0) {
        channel.warning(format!("StreamEcho({number}): the number of streams is 1 or more"));
        return Ok(Outcome::Error);
    }
    channel.call.echo().await?;
    Ok(Outcome::Continue)
}
