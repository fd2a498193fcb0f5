//! `pjsip show channels`: the calls of SIP, and whom they reach.

use std::fmt::Write;

use call_control::CallSnapshot;

use super::super::layout::column;
use super::super::{Answer, Command, Context};
use super::rows::{CHANNEL, channel_row, finish, heading};

pub(in crate::commands) const COMMANDS: &[Command] = &[
    Command::now("pjsip show channels", "The channels of SIP, and whom they reach", show),
    Command::now("pjsip list channels", "The channels of SIP", list),
];

const EXTENSION: &str = "      Exten: <DialedExten.......>  CLCID: <ConnectedLineCID.......>";

fn channels(context: &Context) -> Vec<CallSnapshot> {
    let mut channels = context.exchange.switchboard().snapshots();
    channels.retain(|channel| channel.name.starts_with("PJSIP/") || channel.name.starts_with("SIP/"));
    channels
}

fn show(context: &Context, _: &[String]) -> Answer {
    let channels = channels(context);
    let mut text = heading(&[CHANNEL, EXTENSION]);
    for channel in &channels {
        let other = channels.iter().find(|other| channel.bridged_with.as_ref() == Some(&other.name));
        let other = other.map(|other| other.caller.to_string()).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}      Exten: {}  CLCID: {other}\n",
            channel_row(channel),
            column(&channel.dialed, 20)
        );
    }
    Ok(finish(text, channels.len()))
}

fn list(context: &Context, _: &[String]) -> Answer {
    let channels = channels(context);
    let rows: String = channels.iter().map(channel_row).collect();
    Ok(finish(heading(&[CHANNEL]) + &rows, channels.len()))
}
