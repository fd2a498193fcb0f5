//! `channel …`: one channel, and its end.

use std::fmt::Write;
use std::time::SystemTime;

use call_control::HangupCause;

use super::layout::{clock, counted};
use super::{Answer, Command, CommandError, Context};

pub(super) const COMMANDS: &[Command] = &[
    Command::now("core show channel", "All about one channel", show).taking("CHANNEL").among(names),
    Command::now("channel request hangup", "Ends a channel, or all", hangup)
        .taking("CHANNEL|all")
        .among(names),
];

fn names(context: &Context) -> Vec<String> {
    context.exchange.switchboard().snapshots().into_iter().map(|channel| channel.name.into()).collect()
}

fn show(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("core show channel CHANNEL"))?;
    let call = context.exchange.switchboard().find(name);
    let call = call.ok_or_else(|| CommandError::Failed(format!("{name} is not a known channel")))?;
    let channel = call.snapshot();
    let age = SystemTime::now().duration_since(channel.created).unwrap_or_default();
    let (application, data) = channel.application.clone().unwrap_or_default();
    let mut text = String::from(" -- General --\n");
    for (label, value) in [
        ("Name", channel.name.to_string()),
        ("Type", call.technology().to_owned()),
        ("UniqueID", channel.unique_id.to_string()),
        ("LinkedID", channel.linked_id.to_string()),
        ("Call", channel.call_id.to_string()),
        ("Caller ID", channel.caller.number.clone()),
        ("Caller ID Name", channel.caller.name.clone()),
        ("Dialled", channel.dialed.to_string()),
        ("Language", channel.language.to_string()),
        ("State", channel.state.to_string()),
        ("Codec", channel.codec.map_or("(none)", |codec| codec.name()).to_owned()),
        ("Elapsed Time", clock(age)),
        ("Bridged with", channel.bridged_with.as_deref().unwrap_or("(none)").to_owned()),
        ("Context", channel.position.context.to_string()),
        ("Extension", channel.position.extension.to_string()),
        ("Priority", channel.position.priority.to_string()),
        ("Application", application.into()),
        ("Data", data.into()),
    ] {
        let _ = writeln!(text, "{label:>20}: {value}");
    }
    if let Some(leg) = call.leg() {
        let counted = leg.statistics();
        let encrypted = match call.is_encrypted() {
            true => format!("yes, {} packets refused", counted.unauthentic),
            false => "no".to_owned(),
        };
        let _ = writeln!(
            text,
            " -- Audio --\n{:>20}: {encrypted}\n{:>20}: {} packets, {} lost, jitter {:.1} ms\n{:>20}: {} packets, {} lost there",
            "Encrypted",
            "Received",
            counted.packets_received,
            counted.lost,
            counted.jitter.as_secs_f64() * 1_000.0,
            "Sent",
            counted.packets_sent,
            counted.remote_lost
        );
    }
    text.push_str(" -- Variables --\n");
    for (name, value) in call.variables() {
        let _ = writeln!(text, "{name}={value}");
    }
    Ok(text)
}

fn hangup(context: &Context, arguments: &[String]) -> Answer {
    let name = arguments.first().ok_or(CommandError::Usage("channel request hangup CHANNEL|all"))?;
    let switchboard = context.exchange.switchboard();
    if name == "all" {
        let count = switchboard.snapshots().len();
        switchboard.hangup_all(HangupCause::NORMAL);
        return Ok(format!("Requested Hangup on {}", counted(count, "channel")));
    }
    let call = switchboard.find(name);
    let call = call.ok_or_else(|| CommandError::Failed(format!("{name} is not a known channel")))?;
    call.hangup(HangupCause::NORMAL);
    Ok(format!("Requested Hangup on channel '{name}'"))
}
