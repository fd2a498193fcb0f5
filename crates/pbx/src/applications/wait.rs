//! `Wait(seconds)`: waits; fractions are allowed.

use dialplan_vm::Outcome;

use super::{ApplicationResult, arguments::seconds};
use crate::dialplan::DialplanChannel;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    match seconds(arguments) {
        Some(duration) => channel.call.wait(duration).await?,
        None => channel.warning(format!("Wait({arguments}): give a number of seconds, as in Wait(1.5)")),
    }
    Ok(Outcome::Continue)
}
