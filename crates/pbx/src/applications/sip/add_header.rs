//! `SIPAddHeader(Header: value)`: adds a header to the INVITEs of the calls that this channel makes, as
//! `PJSIP_INHERITABLE_HEADER(add,Header)` does.

use call_control::sip::{Conversation, HeadersOf};
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    match arguments.split_once(':').map(|(name, value)| (name.trim(), value.trim())) {
        Some((name, value)) if !name.is_empty() => {
            if let Err(problem) = Conversation::of(&channel.call).add(HeadersOf::Calls, name, value) {
                channel.warning(format!("SIPAddHeader({arguments}): {problem}"));
            }
        }
        _ => channel.warning(format!(
            "SIPAddHeader({arguments}): write a header and its value, as in SIPAddHeader(X-Account: 42)"
        )),
    }
    Ok(Outcome::Continue)
}
