//! `Ringing()`: tells the caller that it rings.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, _arguments: &str) -> ApplicationResult {
    channel.call.ring();
    Ok(Outcome::Continue)
}
