//! `EndIf()`: the end of an `If`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    _channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    Ok(Outcome::Continue)
}
