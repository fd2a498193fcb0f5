//! `Answer([delay[,options]])`: answers the call, then waits `delay` milliseconds.
//!
//! Option `i`, by which Asterisk does not wait for the caller's audio, is always so here.

use std::time::Duration;

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    channel.call.answer().await?;
    let delay = arguments.split(',').next().and_then(|ms| ms.trim().parse().ok()).unwrap_or(0);
    channel.call.wait(Duration::from_millis(delay)).await?;
    Ok(Outcome::Continue)
}
