//! `Milliwatt([options])`: a tone of 1004 Hz at 0 dBm0, to measure a line with, until the caller hangs up.
//!
//! `o` makes it 1000 Hz, as it was once. `m` says half a minute of it, then silence for ten seconds, again and again.

use std::time::Duration;

use audio::Tone;
use audio::tone::Segment;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::Options;
use crate::dialplan::DialplanChannel;

/// The level of a milliwatt.
const LEVEL: f64 = 0.0;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    channel.call.answer().await?;
    channel.call.play_tone(tone(&Options::parse(arguments)))?;
    channel.call.unless_hung_up(std::future::pending::<()>()).await?;
    Ok(Outcome::Continue)
}

fn tone(options: &Options) -> Tone {
    let frequency = if options.has('o') { 1_000 } else { 1_004 };
    let segments = match options.has('m') {
        false => vec![Segment::sine(frequency, None)],
        true => {
            let interval = |seconds| Some(Duration::from_secs(seconds));
            vec![Segment::sine(frequency, interval(30)), Segment::silence(interval(10))]
        }
    };
    Tone::new(segments).with_level(LEVEL)
}
