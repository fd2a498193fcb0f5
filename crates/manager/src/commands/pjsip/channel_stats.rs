//! `pjsip show channelstats`: how the audio of each channel fares, both ways.

use std::fmt::Write;
use std::time::SystemTime;

use call_control::{Call, CallSnapshot, Statistics};

use super::super::layout::{clock, column, counted};
use super::super::{Answer, Command, Context};

pub(in super::super) const COMMANDS: &[Command] =
    &[Command::now("pjsip show channelstats", "How the audio of channels fares", show)];

const HEADING: &str = "                                   ...........Receive......... .........Transmit..........\n \
                       Bridged  ChannelId ........ UpTime.. Codec.   Count    Lost Pct  Jitter   Count    Lost Pct  Jitter RTT....\n \
                       ==========================================================================================\n";

fn show(context: &Context, _: &[String]) -> Answer {
    let switchboard = context.exchange.switchboard();
    let mut text = String::from(HEADING);
    let mut count = 0;
    for channel in switchboard.snapshots() {
        let Some(call) = switchboard.find(&channel.name).filter(|_| channel.name.starts_with("PJSIP/"))
        else {
            continue;
        };
        count += 1;
        text.push_str(&row(&channel, &call));
    }
    let _ = writeln!(text, "\n{} active", counted(count, "channel"));
    Ok(text)
}

fn row(channel: &CallSnapshot, call: &Call) -> String {
    let bridged = channel.bridged_with.as_deref().map(short).unwrap_or_default();
    let age = SystemTime::now().duration_since(channel.created).unwrap_or_default();
    let codec = channel.codec.map_or("", |codec| codec.name());
    let (bridged, name) = (column(bridged, 8), column(short(&channel.name), 18));
    let begin = format!(" {bridged} {name} {} {} ", clock(age), column(codec, 6));
    match call.media_statistics() {
        Some(counted) => begin + &figures(&counted) + "\n",
        None => begin + "not valid\n",
    }
}

fn figures(counted: &Statistics) -> String {
    let (lost, there) = (counted.lost.max(0), counted.remote_lost.max(0));
    format!(
        "{:>7} {lost:>7} {:>3} {:>7.3} {:>7} {there:>7} {:>3} {:>7.3} {:>7.3}",
        counted.packets_received,
        percent(lost, counted.packets_received.saturating_add_signed(lost)),
        counted.jitter.as_secs_f64(),
        counted.packets_sent,
        percent(there, counted.packets_sent),
        counted.remote_jitter.as_secs_f64(),
        counted.round_trip.unwrap_or_default().as_secs_f64(),
    )
}

fn percent(part: i64, all: u64) -> u64 {
    (part.unsigned_abs() * 100).checked_div(all).unwrap_or(0)
}

/// The name of a channel without its technology.
fn short(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_columns() {
        let mut counted = Statistics::default();
        (counted.packets_received, counted.lost, counted.packets_sent, counted.remote_lost) =
            (90, 10, 100, -3);
        counted.round_trip = Some(std::time::Duration::from_millis(42));
        let expected = "     90      10  10   0.000     100       0   0   0.000   0.042";
        assert_eq!(figures(&counted), expected);
        assert_eq!(percent(3, 0), 0);
    }
}
