//! `ReceiveText([timeout])`: waits for a text of the party, for so many seconds, or for ever where they are 0 or absent.
//!
//! Sets `RECEIVETEXTMESSAGE` to the text, and `RECEIVETEXTSTATUS` to `SUCCESS` or `FAILURE`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::seconds;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let timeout = seconds(arguments).filter(|timeout| !timeout.is_zero());
    // A caller who hangs up drops this future: then `h` reads what stands here.
    channel.set("RECEIVETEXTSTATUS", "FAILURE");
    channel.set("RECEIVETEXTMESSAGE", "");
    if let Some(text) = channel.call.next_text(timeout).await? {
        channel.set("RECEIVETEXTMESSAGE", text);
        channel.set("RECEIVETEXTSTATUS", "SUCCESS");
    }
    Ok(Outcome::Continue)
}
