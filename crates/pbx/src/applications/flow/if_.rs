//! `If(condition)`: runs the steps up to its `ElseIf`, `Else` or `EndIf` if the condition holds, else goes on there.

use dialplan_vm::{Outcome, is_true};

use super::blocks::{IF, steps, to, unmatched};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    if is_true(arguments.trim()) {
        return Ok(Outcome::Continue);
    }
    let mut depth = 0_u32;
    for step in steps(channel, true) {
        if step.is(IF.open) {
            depth += 1;
        } else if step.is(IF.close) && depth > 0 {
            depth -= 1;
        } else if depth == 0 {
            let taken = step.is(IF.close)
                || step.is("Else")
                || (step.is("ElseIf") && is_true(channel.substitute(&step.arguments).trim()));
            if taken {
                return Ok(to(step.priority.saturating_add(1)));
            }
        }
    }
    Ok(unmatched(channel, "If", "EndIf"))
}
