//! `TryExec(application(arguments))`: runs an application; the call goes on whatever comes of it.
//!
//! Sets `TRYSTATUS` to `SUCCESS`, `FAILED` or `NOAPP`.

use call_control::CallError;
use dialplan_vm::Outcome;

use super::branches::call;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (name, rest) = call(arguments);
    let rest = channel.substitute(rest);
    let (status, outcome) = match channel.run_application(name, &rest).await {
        None => {
            channel.warning(format!("TryExec: no application named '{name}'"));
            ("NOAPP", Outcome::Continue)
        }
        Some(Err(CallError::HungUp)) => return Err(CallError::HungUp),
        Some(Ok(Outcome::Hangup | Outcome::Error) | Err(_)) => ("FAILED", Outcome::Continue),
        Some(Ok(outcome)) => ("SUCCESS", outcome),
    };
    channel.set("TRYSTATUS", status);
    Ok(outcome)
}
