//! `PJSIPNotify([to,]content)`: sends NOTIFY in the dialog of the channel, or to a URI by way of `default_outbound_endpoint` of
//! `pjsip.conf`.
//!
//! `content` is the name of a section of `pjsip_notify.conf`, or headers and lines of the body:
//! `&Event=check-sync&Content-type=text/plain&Content=now`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::notices::{self, Receiver};

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (to, content) = arguments.split_once(',').unwrap_or(("", arguments));
    let configuration = channel.exchange.configuration();
    let lines = match notices::lines_of(&configuration, content) {
        Ok(lines) => lines,
        Err(problem) => {
            channel.warning(format!("PJSIPNotify({arguments}): {problem}"));
            return Ok(Outcome::Continue);
        }
    };
    let to = to.trim();
    let uri = to.strip_prefix('<').and_then(|uri| uri.strip_suffix('>')).unwrap_or(to);
    let receiver = match uri {
        "" => Receiver::Call(&channel.call),
        uri => Receiver::Uri(uri),
    };
    if let Err(problem) = notices::send(&channel.exchange, receiver, &lines).await {
        channel.warning(format!("PJSIPNotify({arguments}): {problem}"));
    }
    Ok(Outcome::Continue)
}
