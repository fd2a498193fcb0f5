//! `pjsip show channels`: the calls of SIP, and whom they reach.

use call_control::CallSnapshot;

use super::super::layout::column;
use super::super::{Answer, Command, Context};
use super::rows::{channel_heading, channel_row, finish, heading, label, title};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::now("pjsip show channels", "The channels of SIP, and whom they reach", show),
    Command::now("pjsip list channels", "The channels of SIP", list),
];

/// The heading of the row below that of a channel.
pub(super) fn extension_heading(depth: usize) -> String {
    title(&extension_label(depth), "DialedExten", 39) + "  CLCID: <ConnectedLineCID.......>"
}

fn extension_label(depth: usize) -> String {
    let label = label(depth, "Exten");
    format!("{} ", label.trim_end())
}

/// A channel, and whom it reaches of `all`.
pub(super) fn rows(channel: &CallSnapshot, all: &[CallSnapshot], depth: usize) -> String {
    let other = all.iter().find(|other| channel.bridged_with.as_ref() == Some(&other.name));
    let other = other.map(|other| other.caller.to_string()).unwrap_or_default();
    let extension = column(&(extension_label(depth + 1) + &channel.dialed), 39);
    format!("{}{extension}  CLCID: {other}\n", channel_row(channel, depth))
}

fn channels(context: &Context) -> Vec<CallSnapshot> {
    let mut channels = context.exchange.switchboard().snapshots();
    channels.retain(|channel| channel.name.starts_with("PJSIP/") || channel.name.starts_with("SIP/"));
    channels
}

fn show(context: &Context, _: &[String]) -> Answer {
    let channels = channels(context);
    let mut text = heading(&[channel_heading(0), extension_heading(1)]);
    channels.iter().for_each(|channel| text.push_str(&(rows(channel, &channels, 0) + "\n")));
    Ok(finish(text, channels.len()))
}

fn list(context: &Context, _: &[String]) -> Answer {
    let channels = channels(context);
    let rows: String = channels.iter().map(|channel| channel_row(channel, 0)).collect();
    Ok(finish(heading(&[channel_heading(0)]) + &rows, channels.len()))
}
