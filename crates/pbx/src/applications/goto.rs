//! `Goto([[context,]extension,]priority)`: goes on elsewhere; the priority may be a label.

use dialplan_vm::{JumpTarget, Outcome};

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    Ok(jump(channel, arguments))
}

/// A jump to `target`, or the end of the call when it cannot be read.
pub(super) fn jump(channel: &DialplanChannel, target: &str) -> Outcome {
    match JumpTarget::parse(target) {
        Ok(target) => Outcome::Jump(target),
        Err(error) => {
            channel.warning(format!("Goto({target}): {error}"));
            Outcome::Hangup
        }
    }
}
