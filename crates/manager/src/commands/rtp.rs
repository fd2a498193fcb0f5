//! `rtp show settings`: how audio travels.

use std::fmt::Write;
use std::time::Duration;

use super::{Answer, Command, Context};

pub(super) const COMMANDS: &[Command] =
    &[Command::now("rtp show settings", "Ports, strictness and timeouts of audio", show)];

/// Samples of 8 kHz in a time, as `dtmftimeout` counts.
fn samples(time: Duration) -> u128 {
    time.as_micros() / 125
}

fn show(context: &Context, _: &[String]) -> Answer {
    let configuration = context.exchange.configuration();
    let rtp = &configuration.rtp;
    let strict = match (rtp.strict, rtp.learning.distrustful) {
        (false, _) => "No",
        (true, false) => "Yes",
        (true, true) => "Seqno",
    };
    let timeout = rtp.event_timeout.unwrap_or(media_bridge::EVENT_TIMEOUT);
    let interval = rtp.rtcp_interval.unwrap_or(Duration::from_secs(5));
    let mut text = String::from("General Settings:\n-----------------");
    for (name, value) in [
        ("Port start", rtp.ports.start().to_string()),
        ("Port end", rtp.ports.end().to_string()),
        ("Strict RTP", strict.to_owned()),
        ("Probation", format!("{} frames", rtp.learning.probation)),
        ("DTMF Timeout", samples(timeout).to_string()),
        ("RTCP interval", format!("{} ms", interval.as_millis())),
        ("Replay Protect", "Yes".to_owned()),
        ("ICE support", "No".to_owned()),
    ] {
        // Writing into a String cannot fail.
        let _ = write!(text, "\n  {:<16} {value}", format!("{name}:"));
    }
    Ok(text)
}
