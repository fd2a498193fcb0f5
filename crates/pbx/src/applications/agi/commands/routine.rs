//! `GOSUB`: a routine of the dialplan, run to its end before the script goes on.

use billing_agi::agi::Reply;
use dialplan_vm::{JumpTarget, PriorityOrLabel};

use super::super::script::Script;
use super::FAILED;
use crate::dialplan::RoutineEnd;

/// Whether the dialplan has a routine there.
pub(in super::super) fn exists(
    script: &mut Script<'_>,
    context: &str,
    extension: &str,
    priority: &str,
) -> bool {
    let Ok(priority) = PriorityOrLabel::parse(priority) else { return false };
    let (context, extension) = (Some(context.to_owned()), Some(extension.to_owned()));
    let channel = &mut *script.channel;
    let Some(to) = channel.resolve(&JumpTarget { context, extension, priority }) else { return false };
    let caller = channel.call.caller().number;
    let plan = channel.exchange.configuration().dialplan.clone();
    plan.exists(&to.context, &to.extension, Some(&caller), to.priority)
}

/// Runs it. What ends the call there ends it here.
pub(super) async fn run(
    script: &mut Script<'_>,
    context: &str,
    extension: &str,
    priority: &str,
    arguments: &str,
) -> Reply {
    if !exists(script, context, extension, priority) {
        let place = format!("{context},{extension},{priority}");
        script.channel.warning(format!("AGI: GOSUB: the dialplan has no place {place}"));
        return Reply::remark(FAILED, "Gosub label not found");
    }
    match script.channel.run_routine(&format!("{context},{extension},{priority}({arguments})")).await {
        RoutineEnd::Returned | RoutineEnd::RanOut => Reply::remark(0, "Gosub complete"),
        RoutineEnd::NotFound => Reply::remark(FAILED, "Gosub failed"),
        RoutineEnd::CallEnded => {
            script.place.is_over = true;
            Reply::remark(FAILED, "Gosub failed")
        }
    }
}
