//! `ConfKick(conference[,channel])`: sends members out of a conference: a channel, `all` (the default), or `participants`, who
//! are no admins. Sets `CONFKICKSTATUS` to `SUCCESS` or `FAILURE`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let arguments = split(arguments);
    let argument = |n: usize| arguments.get(n).map(String::as_str).filter(|a| !a.is_empty());
    let name = argument(0).unwrap_or_default();
    let kicked = match channel.exchange.conferences().room(name) {
        Some(room) => room.kick(argument(1).unwrap_or("all")),
        None => {
            channel.warning(format!("ConfKick({name}): nobody is in a conference of that name"));
            0
        }
    };
    channel.set("CONFKICKSTATUS", if kicked > 0 { "SUCCESS" } else { "FAILURE" });
    Ok(Outcome::Continue)
}
