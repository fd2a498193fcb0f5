//! `GosubIf(condition?[place[(arguments)]][:place[(arguments)]])`: runs one of two routines.

use dialplan_vm::{Outcome, is_true};

use super::branches::branches;
use super::routine;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((condition, yes, no)) = branches(arguments) else {
        channel.warning(format!("GosubIf({arguments}): write GosubIf(condition?place:place)"));
        return Ok(Outcome::Continue);
    };
    Ok(match if is_true(condition) { yes } else { no } {
        "" => Outcome::Continue,
        place => routine::gosub(channel, place),
    })
}
