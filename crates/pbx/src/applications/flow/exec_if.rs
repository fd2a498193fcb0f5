//! `ExecIf(condition?application(arguments)[:application(arguments)])`: runs one of two applications.

use dialplan_vm::{Outcome, is_true};

use super::branches::{branches, call};
use super::exec;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some((condition, yes, no)) = branches(arguments) else {
        channel.warning(format!("ExecIf({arguments}): write ExecIf(condition?application(arguments))"));
        return Ok(Outcome::Continue);
    };
    match if is_true(condition) { yes } else { no } {
        "" => Ok(Outcome::Continue),
        text => {
            let (name, arguments) = call(text);
            exec::application(channel, "ExecIf", name, arguments).await
        }
    }
}
