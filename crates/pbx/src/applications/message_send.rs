//! `MessageSend(destination[,from[,to]])`: sends the text of `MESSAGE(body)`.
//!
//! The destination is `pjsip:endpoint`, `pjsip:number@endpoint` or `pjsip:endpoint/sip:uri`; `sip:` in place of `pjsip:`
//! means the same. A text for a phone that is away is kept and goes out when the phone registers again.
//!
//! Sets `MESSAGE_SEND_STATUS` to `SUCCESS`, `FAILURE`, `INVALID_PROTOCOL` or `INVALID_URI`, and `MESSAGE_QUEUED` to 1 for a
//! text that waits.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use super::arguments::split;
use crate::dialplan::DialplanChannel;
use crate::messages::{self, Sent};

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(|a| a.trim()).filter(|a| !a.is_empty());
    let mut text = channel.call.message().unwrap_or_default();
    if let Some(from) = argument(1) {
        from.clone_into(&mut text.from);
    }
    if let Some(to) = argument(2) {
        to.clone_into(&mut text.to);
    }
    channel.set("MESSAGE_QUEUED", "");
    let status = match argument(0).and_then(|to| to.split_once(':')) {
        None => "INVALID_URI",
        Some((protocol, _)) if !["pjsip", "sip"].iter().any(|p| protocol.eq_ignore_ascii_case(p)) => {
            "INVALID_PROTOCOL"
        }
        Some((_, "")) => "INVALID_URI",
        Some((_, resource)) => match messages::send(&channel.exchange, resource, text).await {
            Ok(Sent::Delivered) => "SUCCESS",
            Ok(Sent::Waits) => {
                channel.set("MESSAGE_QUEUED", "1");
                channel.verbose(3, format!("The message for '{resource}' waits until it is back"));
                "SUCCESS"
            }
            Err(error) => {
                channel.warning(format!("MessageSend({resource}): {error}"));
                "FAILURE"
            }
        },
    };
    channel.set("MESSAGE_SEND_STATUS", status);
    Ok(Outcome::Continue)
}
