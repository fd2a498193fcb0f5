//! `Hangup([cause])`: ends the call, with a Q.850 cause by number or name.

use call_control::HangupCause;
use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let cause = match arguments.trim() {
        "" => channel.hangup_cause(),
        text => HangupCause::from_name(text).unwrap_or_else(|| {
            channel.warning(format!(
                "Hangup: '{text}' is no cause; write a Q.850 number such as 17, or a name such as BUSY"
            ));
            HangupCause::NORMAL
        }),
    };
    channel.call.hangup(cause);
    Ok(Outcome::Hangup)
}
