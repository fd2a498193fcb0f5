//! `WaitForCondition(character,expression[,timeout[,interval]])`: waits until an expression holds. In it the character stands
//! for `$`, so that it is put together each time it is looked at.
//!
//! Sets `WAITFORCONDITIONSTATUS` to `TRUE`, `TIMEOUT`, `FAILURE` or `HANGUP`.

use std::time::Duration;

use dialplan_vm::{Outcome, is_true};
use tokio::time::Instant;

use crate::applications::ApplicationResult;
use crate::applications::arguments::seconds;
use crate::dialplan::DialplanChannel;

/// Time between two looks, unless it is given.
const INTERVAL: Duration = Duration::from_millis(500);
/// Least time between two looks.
const SHORTEST: Duration = Duration::from_millis(20);

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let pieces = super::branches::pieces(arguments, ',', usize::MAX);
    let argument = |n: usize| pieces.get(n).map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
    let mut status = "FAILURE";
    if let (Some(sign), Some(expression)) = (argument(0), argument(1)) {
        let expression = expression.replace(sign, "$");
        let end = argument(2).and_then(seconds).filter(|t| !t.is_zero()).map(|t| Instant::now() + t);
        let interval = argument(3).and_then(seconds).unwrap_or(INTERVAL).max(SHORTEST);
        channel.set("WAITFORCONDITIONSTATUS", "HANGUP");
        status = loop {
            if is_true(channel.substitute(&expression).trim()) {
                break "TRUE";
            }
            let left =
                end.map_or(interval, |end| end.saturating_duration_since(Instant::now()).min(interval));
            if left.is_zero() {
                break "TIMEOUT";
            }
            channel.call.wait(left).await?;
        };
    } else {
        channel.warning(format!("WaitForCondition({arguments}): give a character and an expression"));
    }
    channel.set("WAITFORCONDITIONSTATUS", status);
    Ok(Outcome::Continue)
}
