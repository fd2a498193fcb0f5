//! `ForkCDR([options])`: another record of the same call.
//!
//! `a` has it answered now, `e` closes the one that was there, `r` begins it now, `v` leaves what was noted with the old
//! one. Of the letters of old dialplans `A` is `a`, `R` is `r`, `s(name=value)` notes something in the record that is there;
//! `c`, `d`, `D` and `T` need nothing here, where records that are closed do not change any more.

use dialplan_vm::Outcome;

use super::say_none;
use crate::applications::ApplicationResult;
use crate::applications::arguments::Options;
use crate::call_records::Fork;
use crate::dialplan::DialplanChannel;

/// Letters that have their effect, or need none.
const UNDERSTOOD: &str = "aervARscCdDT";

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let options = Options::parse(arguments);
    let others: String = options.others(UNDERSTOOD).into_iter().collect();
    if !others.is_empty() {
        channel.verbose(2, format!("ForkCDR: the options '{others}' have no effect"));
    }
    let records = channel.exchange.call_records();
    if let Some((name, value)) = options.argument('s').and_then(|noted| noted.split_once('='))
        && let Err(problem) = records.set_field(channel.call.name(), name, value)
    {
        channel.warning(format!("ForkCDR: {problem}"));
    }
    let fork = Fork {
        answered_now: options.has('a') || options.has('A'),
        close: options.has('e'),
        restart: options.has('r') || options.has('R'),
        without_notes: options.has('v'),
    };
    if !records.fork(channel.call.name(), fork) {
        say_none(channel, "ForkCDR");
    }
    Ok(Outcome::Continue)
}
