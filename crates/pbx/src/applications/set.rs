//! `Set(name=value)`: sets a variable, or a function such as `CALLERID(num)`.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    match arguments.split_once('=') {
        Some((name, value)) => channel.assign_waiting(name.trim(), value).await,
        None => channel.warning(format!("Set({arguments}): write Set(name=value)")),
    }
    Ok(Outcome::Continue)
}
