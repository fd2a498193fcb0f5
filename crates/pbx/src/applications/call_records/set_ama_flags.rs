//! `SetAMAFlags(omit|billing|documentation)`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    if let Err(problem) = channel.exchange.call_records().set_ama_flags(channel.call.name(), arguments) {
        channel.warning(format!("SetAMAFlags: {problem}"));
    }
    Ok(Outcome::Continue)
}
