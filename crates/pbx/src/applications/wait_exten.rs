//! `WaitExten([seconds])`: waits for the caller to dial an extension of the context.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::{seconds, split};
use super::dialed_digits::collect;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let wait = arguments.first().and_then(|a| seconds(a)).filter(|d| !d.is_zero());
    let first = channel.call.next_digit(wait.unwrap_or(channel.response_timeout)).await?;
    let context = channel.machine.location().context.clone();
    match first {
        Some(key) => collect(channel, &context, Some(key)).await,
        None => {
            channel.verbose(3, format!("Timeout on {}", channel.call.name()));
            Ok(Outcome::ResponseTimeout)
        }
    }
}
