//! `EndWhile()`: goes back to its `While`.

use super::blocks::{WHILE, opening, to, unmatched};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    Ok(opening(channel, &WHILE).map_or_else(|| unmatched(channel, "EndWhile", "While"), to))
}
