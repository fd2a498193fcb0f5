//! `DumpChan([level])`: shows all that is known of the channel on consoles that show this level.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let level = arguments.trim().parse().unwrap_or(0);
    let now = channel.call.snapshot();
    let at = channel.machine.location();
    let mut lines = vec![
        format!("Name={}", now.name),
        format!("UniqueID={}", now.unique_id),
        format!("LinkedID={}", now.linked_id),
        format!("CallerID={}", now.caller),
        format!("State={}", now.state),
        format!("Language={}", now.language),
        format!("Context={}", at.context),
        format!("Extension={}", at.extension),
        format!("Priority={}", at.priority),
        format!("Codec={}", now.codec.map_or_else(|| "(none)".to_owned(), |codec| format!("{codec:?}"))),
    ];
    lines.extend(channel.call.variables().into_iter().map(|(name, value)| format!("{name}={value}")));
    lines.into_iter().for_each(|line| channel.verbose(level, line));
    Ok(Outcome::Continue)
}
