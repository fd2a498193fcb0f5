//! `StopMonitor()`: ends what `Monitor` began.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(channel: &mut DialplanChannel, _: &str) -> ApplicationResult {
    let id = channel.call.variable(super::MONITOR).filter(|id| !id.is_empty());
    let stopped = id.map_or(0, |id| channel.exchange.recordings().stop(&channel.call, Some(&id)));
    if stopped == 0 {
        channel.warning("StopMonitor: Monitor does not record this channel");
    }
    Ok(Outcome::Continue)
}
