//! `Exec(application(arguments))`: runs the application that a variable names. Its arguments are substituted once more.

use dialplan_vm::Outcome;

use super::branches::call;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (name, rest) = call(arguments);
    if name.is_empty() {
        return Ok(Outcome::Continue);
    }
    let rest = channel.substitute(rest);
    application(channel, "Exec", name, &rest).await
}

/// Runs an application by its name. One that is not there ends the call, as a step of it would.
pub(super) async fn application(
    channel: &mut DialplanChannel,
    who: &str,
    name: &str,
    arguments: &str,
) -> ApplicationResult {
    match channel.run_application(name, arguments).await {
        Some(result) => result,
        None => {
            channel.warning(format!("{who}: no application named '{name}': the call ends"));
            Ok(Outcome::Hangup)
        }
    }
}
