//! `JabberSend` and its relatives: there is no XMPP here, and this says so.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    channel.warning("there is no XMPP here: nothing was sent; MessageSend() sends a text by SIP");
    Ok(Outcome::Continue)
}
