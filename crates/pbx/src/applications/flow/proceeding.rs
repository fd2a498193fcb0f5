//! `Proceeding()`: tells the caller that its call is on its way. A SIP caller knows it already: 100 goes out with every call.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    _channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    Ok(Outcome::Continue)
}
