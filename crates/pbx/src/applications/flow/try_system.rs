//! `TrySystem(command)`: as `System`, but the call goes on when the command cannot be run.

use dialplan_vm::Outcome;

use super::shell;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let status = shell::run(channel, "TrySystem", arguments).await?;
    channel.set("SYSTEMSTATUS", status.name());
    Ok(Outcome::Continue)
}
