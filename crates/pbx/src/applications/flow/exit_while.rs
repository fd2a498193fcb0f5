//! `ExitWhile()`: goes on behind the `EndWhile` of the loop around it.

use super::blocks::{WHILE, closing, to, unmatched};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    Ok(match closing(channel, &WHILE) {
        Some(end) => to(end.saturating_add(1)),
        None => unmatched(channel, "ExitWhile", "EndWhile"),
    })
}
