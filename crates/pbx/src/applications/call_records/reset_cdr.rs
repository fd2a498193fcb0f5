//! `ResetCDR([v])`: the record begins now; with `v` what was noted in it stays. A record that was left out counts again.
//!
//! `e` and `w` of old dialplans need nothing here: a record that begins anew counts in any case, and what was before is not
//! written; to keep it is `ForkCDR(e)`.

use dialplan_vm::Outcome;

use super::say_none;
use crate::applications::ApplicationResult;
use crate::applications::arguments::Options;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let options = Options::parse(arguments);
    let others: String = options.others("vewa").into_iter().collect();
    if !others.is_empty() {
        channel.verbose(2, format!("ResetCDR: the options '{others}' have no effect"));
    }
    if options.has('w') {
        channel.verbose(2, "ResetCDR: 'w' has no effect; ForkCDR(e) keeps the record that was there");
    }
    if !channel.exchange.call_records().reset(channel.call.name(), options.has('v')) {
        say_none(channel, "ResetCDR");
    }
    Ok(Outcome::Continue)
}
