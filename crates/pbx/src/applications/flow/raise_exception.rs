//! `RaiseException(reason)`: goes on at `e`, with the reason in `EXCEPTION_REASON` and `EXCEPTION()`.

use dialplan_vm::{JumpTarget, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::functions::raise_exception;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    channel.set("EXCEPTION_REASON", arguments.trim());
    raise_exception(&channel.call, arguments.trim(), channel.machine.location().clone());
    Ok(Outcome::Jump(JumpTarget::extension("e")))
}
