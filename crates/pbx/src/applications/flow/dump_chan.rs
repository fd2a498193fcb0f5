//! `DumpChan([level])`: shows all that is known of the channel on consoles that show this level.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let level = arguments.trim().parse().unwrap_or(0);
    let call = &channel.call;
    let (now, at) = (call.snapshot(), channel.machine.location());
    let (connected, redirecting, groups) = (call.connected(), call.redirecting(), call.pickup_groups());
    let (application, data) = now.application.unwrap_or_default();
    let elapsed = std::time::SystemTime::now().duration_since(now.created).unwrap_or_default();
    let left = channel.ends_at.map(|at| at.saturating_duration_since(tokio::time::Instant::now()));
    let or_none = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
    let mut lines = vec![
        format!("Name={}", now.name),
        format!("Type={}", call.technology()),
        format!("UniqueID={}", now.unique_id),
        format!("LinkedID={}", now.linked_id),
        format!("CallerIDNum={}", or_none(&now.caller.number)),
        format!("CallerIDName={}", or_none(&now.caller.name)),
        format!("ConnectedLineIDNum={}", or_none(&connected.number)),
        format!("ConnectedLineIDName={}", or_none(&connected.name)),
        format!("DNIDDigits={}", or_none(&now.dialed)),
        format!("RDNIS={}", or_none(&redirecting.map(|passed| passed.from.number).unwrap_or_default())),
        format!("State={}", now.state),
        format!("Language={}", now.language),
        format!("MusicClass={}", or_none(&call.music_class().unwrap_or_default())),
        format!("ElapsedTime={}s", elapsed.as_secs()),
        format!("TimetoHangup={}", left.map_or(0, |left| left.as_secs())),
        format!("BridgedWith={}", or_none(&now.bridged_with.unwrap_or_default())),
        format!("CallGroup={}", or_none(&groups.of_calls.numbers())),
        format!("PickupGroup={}", or_none(&groups.to_take.numbers())),
        format!("Context={}", at.context),
        format!("Extension={}", at.extension),
        format!("Priority={}", at.priority),
        format!("Application={}", or_none(&application)),
        format!("Data={}", or_none(&data)),
        format!("Codec={}", now.codec.map_or_else(|| "(none)".to_owned(), |codec| format!("{codec:?}"))),
    ];
    lines.extend(channel.call.variables().into_iter().map(|(name, value)| format!("{name}={value}")));
    lines.into_iter().for_each(|line| channel.verbose(level, line));
    Ok(Outcome::Continue)
}
