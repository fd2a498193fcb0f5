//! `RaiseException(reason)`: goes on at `e`, with the reason in `EXCEPTION_REASON`.

use dialplan_vm::{JumpTarget, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    channel.set("EXCEPTION_REASON", arguments.trim());
    Ok(Outcome::Jump(JumpTarget::extension("e")))
}
