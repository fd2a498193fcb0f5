//! `ImportVar(name=channel,variable)`: takes over a variable of another channel. Old dialplans have it; new ones write
//! `Set(name=${IMPORT(channel,variable)})`.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let parts = arguments.split_once('=').and_then(|(name, of)| Some((name, of.split_once(',')?)));
    let Some((name, (other, variable))) = parts else {
        channel.warning(format!("ImportVar({arguments}): write ImportVar(name=channel,variable)"));
        return Ok(Outcome::Continue);
    };
    let other = channel.exchange.switchboard().find(other.trim());
    let value = other.and_then(|other| other.variable(variable.trim())).unwrap_or_default();
    channel.set(name.trim(), value);
    Ok(Outcome::Continue)
}
