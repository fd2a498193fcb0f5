//! `SendText([text])`: shows the caller's phone a text: that of `SENDTEXT_BODY` where it is set.
//!
//! `SENDTEXT_CONTENT_TYPE` may name another kind than `text/plain`, `SENDTEXT_FROM_DISPLAYNAME` and `SENDTEXT_TO_DISPLAYNAME` the
//! names that the text shows. Sets `SENDTEXTSTATUS` to `SUCCESS`, `FAILURE` or `UNSUPPORTED`, and `SENDTEXTTYPE` to `ENHANCED` (the
//! technology knows types and names) or `NONE`.

use call_control::{CallText, ChannelState};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let call = &channel.call;
    let variable = |name: &str| call.variable(name).filter(|value| !value.is_empty());
    let text = CallText {
        body: variable("SENDTEXT_BODY").unwrap_or_else(|| arguments.to_owned()),
        content_type: variable("SENDTEXT_CONTENT_TYPE").unwrap_or_else(|| "text/plain".to_owned()),
        from_name: variable("SENDTEXT_FROM_DISPLAYNAME"),
        to_name: variable("SENDTEXT_TO_DISPLAYNAME"),
    };
    let (kind, status) = match () {
        () if text.body.is_empty() || call.state() != ChannelState::Up => ("NONE", "FAILURE"),
        () if call.send_text(&text) => ("ENHANCED", "SUCCESS"),
        () => ("NONE", "UNSUPPORTED"),
    };
    channel.set("SENDTEXTTYPE", kind);
    channel.set("SENDTEXTSTATUS", status);
    Ok(Outcome::Continue)
}
