//! `SendText([text])`: shows the caller's phone a text; without one, that of `SENDTEXT_BODY`.
//!
//! Sets `SENDTEXTSTATUS` to `SUCCESS` or `FAILURE`. `SENDTEXT_CONTENT_TYPE` may name another kind than `text/plain`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let body = match arguments {
        "" => channel.call.variable("SENDTEXT_BODY").unwrap_or_default(),
        text => text.to_owned(),
    };
    let kind = channel.call.variable("SENDTEXT_CONTENT_TYPE").unwrap_or_else(|| "text/plain".to_owned());
    let status = match body.is_empty() {
        true => "FAILURE",
        false => {
            channel.call.send_text(&body, &kind);
            "SUCCESS"
        }
    };
    channel.set("SENDTEXTSTATUS", status);
    Ok(Outcome::Continue)
}
