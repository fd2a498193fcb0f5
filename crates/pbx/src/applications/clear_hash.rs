//! `ClearHash(hash)`: forgets a hash of the channel with all its keys.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::functions::clear_hash;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    clear_hash(&channel.call, arguments.trim());
    Ok(Outcome::Continue)
}
