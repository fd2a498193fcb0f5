//! `HangupCauseClear()`: forgets what became of the calls that the channel made.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, _arguments: &str) -> ApplicationResult {
    channel.call.clear_outcomes();
    Ok(Outcome::Continue)
}
