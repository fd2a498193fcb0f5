//! `MacroExit()`: ends a macro, and goes on where it was called.

use dialplan_vm::{JumpTarget, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    if !channel.leave_macro() {
        channel.warning("MacroExit: there is no Macro to end");
        return Ok(Outcome::Continue);
    }
    let to = channel.machine.location();
    Ok(Outcome::Jump(JumpTarget::to(&*to.context, &*to.extension, to.priority)))
}
