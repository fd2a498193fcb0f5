//! `ExecIfTime(times,weekdays,days,months[,zone]?application(arguments))`: runs an application at certain times.

use dialplan_vm::Outcome;

use super::branches::{branch_now, call};
use super::exec;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// How it is written.
const USAGE: &str = "ExecIfTime(times,weekdays,days,months?application)";

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    match branch_now(channel, "ExecIfTime", arguments, USAGE) {
        None | Some("") => Ok(Outcome::Continue),
        Some(text) => {
            let (name, arguments) = call(text);
            exec::application(channel, "ExecIfTime", name, arguments).await
        }
    }
}
