//! `NoCDR()`: the call is left out of the records, unless `ResetCDR` takes it back.

use dialplan_vm::Outcome;

use super::say_none;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(channel: &mut DialplanChannel, _: &str) -> ApplicationResult {
    if !channel.exchange.call_records().set_disabled(channel.call.name(), true) {
        say_none(channel, "NoCDR");
    }
    Ok(Outcome::Continue)
}
