//! `GotoIfTime(times,weekdays,days,months[,zone]?[place][:place])`: goes on elsewhere at certain times.

use dialplan_vm::Outcome;

use super::branches::branch_now;
use crate::applications::{ApplicationResult, goto};
use crate::dialplan::DialplanChannel;

/// How it is written.
const USAGE: &str = "GotoIfTime(times,weekdays,days,months?place:place)";

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    Ok(match branch_now(channel, "GotoIfTime", arguments, USAGE) {
        None | Some("") => Outcome::Continue,
        Some(place) => goto::jump(channel, place),
    })
}
