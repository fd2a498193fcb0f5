//! `StopMixMonitor([id])`: ends the recording of that name, or all of the channel.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let id = Some(arguments.trim()).filter(|id| !id.is_empty());
    let stopped = channel.exchange.recordings().stop(&channel.call, id);
    if let (0, Some(id)) = (stopped, id) {
        channel.warning(format!("StopMixMonitor: this channel has no recording {id}"));
    }
    Ok(Outcome::Continue)
}
