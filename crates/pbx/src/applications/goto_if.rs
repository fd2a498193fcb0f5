//! `GotoIf(condition?[target][:[target]])`: goes on elsewhere when the condition holds, or when it does not.

use dialplan_vm::{Outcome, is_true};

use super::ApplicationResult;
use super::goto::jump;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let Some((condition, targets)) = arguments.split_once('?') else {
        channel.warning(format!("GotoIf({arguments}): write GotoIf(condition?target:target)"));
        return Ok(Outcome::Continue);
    };
    let (yes, no) = targets.split_once(':').unwrap_or((targets, ""));
    let target = if is_true(condition.trim()) { yes.trim() } else { no.trim() };
    Ok(if target.is_empty() { Outcome::Continue } else { jump(channel, target) })
}
