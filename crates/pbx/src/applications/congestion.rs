//! `Congestion([seconds])`: as `Busy`, with the tone and the cause of congestion.

use call_control::HangupCause;

use super::{ApplicationResult, busy};
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    busy::tell(channel, arguments, "congestion", HangupCause::CONGESTION).await
}
