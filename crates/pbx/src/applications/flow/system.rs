//! `System(command)`: runs a command of the shell, and waits for its end. One that cannot be run ends the call.
//!
//! Sets `SYSTEMSTATUS` to `SUCCESS`, `APPERROR` (it ended with another status than 0) or `FAILURE`. A caller who hangs up
//! leaves it some seconds to end; then it is killed.

use dialplan_vm::Outcome;

use super::shell;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let status = shell::run(channel, "System", arguments).await?;
    channel.set("SYSTEMSTATUS", status.name());
    Ok(if status == shell::Status::Failure { Outcome::Error } else { Outcome::Continue })
}
