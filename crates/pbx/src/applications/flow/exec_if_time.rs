//! `ExecIfTime(times,weekdays,days,months[,zone]?application(arguments))`: runs an application at certain times.

use dialplan_vm::{Outcome, TimeCondition};

use super::branches::{branches, call};
use super::exec;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((times, yes, no)) = branches(arguments) else {
        channel.warning(format!(
            "ExecIfTime({arguments}): write ExecIfTime(times,weekdays,days,months?application)"
        ));
        return Ok(Outcome::Continue);
    };
    let text = match TimeCondition::parse(times) {
        Ok(condition) if condition.holds(channel) => yes,
        Ok(_) => no,
        Err(error) => {
            channel.warning(format!("ExecIfTime({times}): {error}"));
            return Ok(Outcome::Continue);
        }
    };
    if text.is_empty() {
        return Ok(Outcome::Continue);
    }
    let (name, arguments) = call(text);
    exec::application(channel, "ExecIfTime", name, arguments).await
}
