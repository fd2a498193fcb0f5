//! `Progress()`: opens early media towards a caller that was not answered yet.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, _arguments: &str) -> ApplicationResult {
    channel.call.progress();
    Ok(Outcome::Continue)
}
