//! `SoftHangup(channel[,a])`: ends another channel, by its name, or with `a` all of a device (`PJSIP/alice`).

use call_control::HangupCause;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::{Options, split};
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let Some(wanted) = arguments.first().filter(|name| !name.is_empty()) else {
        channel.warning("SoftHangup(): name a channel, as in SoftHangup(PJSIP/alice-00000001)");
        return Ok(Outcome::Continue);
    };
    let all = Options::parse(arguments.get(1).map_or("", String::as_str)).has('a');
    for call in channel.exchange.switchboard().calls() {
        let device = call.name().rsplit_once('-').map_or(call.name(), |(device, _)| device);
        if call.name().eq_ignore_ascii_case(wanted) || (all && device.eq_ignore_ascii_case(wanted)) {
            call.hangup(HangupCause::NORMAL);
        }
    }
    Ok(Outcome::Continue)
}
