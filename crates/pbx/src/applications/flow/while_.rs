//! `While(condition)`: runs the steps up to its `EndWhile` as long as the condition holds.

use dialplan_vm::{Outcome, is_true};

use super::blocks::{WHILE, closing, to, unmatched};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    if is_true(arguments.trim()) {
        return Ok(Outcome::Continue);
    }
    Ok(match closing(channel, &WHILE) {
        Some(end) => to(end.saturating_add(1)),
        None => unmatched(channel, "While", "EndWhile"),
    })
}
