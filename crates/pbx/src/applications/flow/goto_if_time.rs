//! `GotoIfTime(times,weekdays,days,months[,zone]?[place][:place])`: goes on elsewhere at certain times.

use dialplan_vm::{Outcome, TimeCondition};

use super::branches::branches;
use crate::applications::{ApplicationResult, goto};
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((times, yes, no)) = branches(arguments) else {
        channel.warning(format!(
            "GotoIfTime({arguments}): write GotoIfTime(times,weekdays,days,months?place:place)"
        ));
        return Ok(Outcome::Continue);
    };
    let place = match TimeCondition::parse(times) {
        Ok(condition) if condition.holds(channel) => yes,
        Ok(_) => no,
        Err(error) => {
            channel.warning(format!("GotoIfTime({times}): {error}"));
            return Ok(Outcome::Continue);
        }
    };
    Ok(if place.is_empty() { Outcome::Continue } else { goto::jump(channel, place) })
}
