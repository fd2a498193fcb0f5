//! `StopMusicOnHold()`: ends what `StartMusicOnHold` began.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(channel: &mut DialplanChannel, _: &str) -> ApplicationResult {
    channel.call.stop_music();
    Ok(Outcome::Continue)
}
