//! `Busy([seconds])` and `Congestion([seconds])`: the caller is told, or hears the tone, for so long or until it hangs up.

use call_control::{ChannelState, HangupCause};
use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::seconds;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    tell(channel, arguments, "busy", HangupCause::USER_BUSY).await
}

/// Before the answer the cause says it all; afterwards the tone does.
pub(super) async fn tell(
    channel: &DialplanChannel,
    arguments: &str,
    tone: &str,
    cause: HangupCause,
) -> ApplicationResult {
    if channel.call.state() == ChannelState::Up {
        channel.call.play_indication(tone);
        match seconds(arguments) {
            Some(duration) => channel.call.wait(duration).await?,
            None => {
                channel.call.hung_up().await;
            }
        }
    }
    channel.call.hangup(cause);
    Ok(Outcome::Hangup)
}
