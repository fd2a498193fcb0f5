//! `StopPlayTones()`: ends what `PlayTones` began.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(channel: &mut DialplanChannel, _: &str) -> ApplicationResult {
    channel.call.stop_indication();
    Ok(Outcome::Continue)
}
