//! `WaitUntil(epoch)`: waits until a moment, in seconds since 1970.
//!
//! Sets `WAITUNTILSTATUS` to `OK`, `PAST`, `FAILURE` or `HANGUP`.

use std::time::{Duration, UNIX_EPOCH};

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// Longest wait that is believed: a year.
const LONGEST: f64 = 366.0 * 86_400.0;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let now = channel.exchange.clock().now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let left = arguments.trim().parse::<f64>().map(|until| until - now);
    let status = match left {
        Ok(left) if (0.0..LONGEST).contains(&left) => {
            // A caller who hangs up drops this future.
            channel.set("WAITUNTILSTATUS", "HANGUP");
            channel.call.wait(Duration::from_secs_f64(left)).await?;
            "OK"
        }
        Ok(left) if left < 0.0 => "PAST",
        _ => {
            channel.warning(format!("WaitUntil({arguments}): give a moment in seconds since 1970"));
            "FAILURE"
        }
    };
    channel.set("WAITUNTILSTATUS", status);
    Ok(Outcome::Continue)
}
