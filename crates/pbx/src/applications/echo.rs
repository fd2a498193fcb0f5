//! `Echo()`: the caller hears itself until it presses `#`.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, _arguments: &str) -> ApplicationResult {
    channel.call.echo().await?;
    Ok(Outcome::Continue)
}
