//! `NoOp(text)`: does nothing; the console shows its arguments.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(_channel: &mut DialplanChannel, _arguments: &str) -> ApplicationResult {
    Ok(Outcome::Continue)
}
