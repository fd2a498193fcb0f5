//! `StartMusicOnHold([class])`: music from now on, while the dialplan goes on, until `StopMusicOnHold` or the next prompt.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    channel.call.start_music(arguments.first().map(String::as_str).filter(|class| !class.is_empty()));
    Ok(Outcome::Continue)
}
