//! `Log(level,text)`: a line for the log. The level is `ERROR`, `WARNING`, `NOTICE`, `VERBOSE`, `DEBUG` or `DTMF`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::{DialplanChannel, LogGroup};

/// From which `-v` on a `VERBOSE` line is shown.
const VERBOSE: u8 = 3;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let (level, text) = arguments.split_once(',').unwrap_or((arguments, ""));
    match level.trim().to_ascii_uppercase().as_str() {
        "ERROR" | "WARNING" => channel.warning(text),
        "NOTICE" => channel.verbose(0, text),
        "VERBOSE" => channel.verbose(VERBOSE, text),
        "DEBUG" | "DTMF" => {
            let group = LogGroup::of(&channel.call);
            tracing::debug!(call = %channel.call.call_id(), channel = channel.call.name(), group, "{text}")
        }
        _ => channel.warning(format!(
            "Log({arguments}): the level is ERROR, WARNING, NOTICE, VERBOSE, DEBUG or DTMF"
        )),
    }
    Ok(Outcome::Continue)
}
