//! `Macro(name[,argument…])`: runs extension `s` of the context `macro-name`, and goes on here when it ends.
//!
//! Old dialplans have it; Asterisk 21 took it away. The arguments are `ARG1` … as for `Gosub`; `MACRO_EXTEN`,
//! `MACRO_CONTEXT` and `MACRO_PRIORITY` say where it was called, and `MACRO_DEPTH` how deep. `MACRO_OFFSET`, set inside, skips
//! steps after it.

use dialplan_vm::{JumpTarget, Outcome};

use super::routine;
use crate::applications::ApplicationResult;
use crate::dialplan::{DialplanChannel, FrameKind};

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    Ok(call(channel, arguments))
}

/// Enters a macro.
pub(super) fn call(channel: &mut DialplanChannel, arguments: &str) -> Outcome {
    let (name, rest) = arguments.split_once(',').unwrap_or((arguments, ""));
    let context = format!("macro-{}", name.trim());
    let plan = channel.exchange.configuration().dialplan.clone();
    let caller = channel.call.caller().number;
    if !plan.exists(&context, "s", Some(&caller), 1) {
        channel.warning(format!("Macro({}): there is no extension s in context '{context}'", name.trim()));
        return Outcome::Continue;
    }
    let back = channel.machine.location().clone();
    if !routine::enter(channel, FrameKind::Macro { context: context.clone() }, back.clone(), rest) {
        return Outcome::Hangup;
    }
    let depth = channel.frames.macro_depth().to_string();
    let priority = back.priority.to_string();
    for (name, value) in [
        ("MACRO_EXTEN", &*back.extension),
        ("MACRO_CONTEXT", &*back.context),
        ("MACRO_PRIORITY", &priority),
        ("MACRO_DEPTH", &depth),
        ("MACRO_OFFSET", ""),
    ] {
        channel.frames.set_local(&channel.call, name, value);
    }
    Outcome::Jump(JumpTarget::to(context, "s", 1))
}
