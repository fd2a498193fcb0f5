//! `MSet(name=value[,name=value…])`: sets several variables or functions.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    for pair in dialplan_vm::split_arguments(arguments) {
        match pair.split_once('=') {
            Some((name, value)) => channel.assign_waiting(name.trim(), value).await,
            None => channel.warning(format!("MSet({pair}): write MSet(name=value,name=value)")),
        }
    }
    Ok(Outcome::Continue)
}
