//! `Return([value])`: ends a routine, and goes on behind the `Gosub`, with the value in `GOSUB_RETVAL`.

use dialplan_vm::{JumpTarget, Outcome};

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some(frame) = channel.frames.leave(&channel.call) else {
        channel.warning("Return: there is no Gosub to come back from: the call ends");
        return Ok(Outcome::Hangup);
    };
    channel.set("GOSUB_RETVAL", arguments);
    let back = frame.caller();
    let next = back.priority.saturating_add(1);
    Ok(Outcome::Jump(JumpTarget::to(&*back.context, &*back.extension, next)))
}
