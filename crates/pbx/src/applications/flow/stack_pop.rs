//! `StackPop()`: forgets where the routine was called, without going there.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    if channel.frames.leave(&channel.call).is_none() {
        channel.warning("StackPop: there is no Gosub to forget");
    }
    Ok(Outcome::Continue)
}
