//! `Else()`: what runs if no condition held. Who comes here from above is done.

use super::blocks::{IF, closing, to, unmatched};
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    _arguments: &str,
) -> ApplicationResult {
    Ok(match closing(channel, &IF) {
        Some(end) => to(end.saturating_add(1)),
        None => unmatched(channel, "Else", "EndIf"),
    })
}
