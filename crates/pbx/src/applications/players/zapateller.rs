//! `Zapateller([answer][,nocallerid])`: the three tones of an unassigned number, which machines that call by themselves
//! take for one (ITU-T Q.35: 950, 1400 and 1800 Hz for 330 ms each).
//!
//! `answer` answers first, `nocallerid` spares callers that show a number. Sets `ZAPATELLERSTATUS` to `ZAPPED` or `NOTHING`.

use std::time::Duration;

use audio::Tone;
use audio::tone::Segment;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::applications::arguments::split;
use crate::dialplan::DialplanChannel;

const TONES: [u16; 3] = [950, 1_400, 1_800];

const LENGTH: Duration = Duration::from_millis(330);

/// What follows, so that nothing is said at once.
const SILENCE: Duration = Duration::from_secs(1);

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let options = split(arguments);
    let has = |word: &str| options.iter().any(|option| option.eq_ignore_ascii_case(word));
    channel.set("ZAPATELLERSTATUS", "NOTHING");
    if has("nocallerid") && !channel.call.caller().number.is_empty() {
        return Ok(Outcome::Continue);
    }
    if has("answer") {
        channel.call.answer().await?;
    }
    channel.set("ZAPATELLERSTATUS", "ZAPPED");
    let segments = TONES.map(|tone| Segment::sine(tone, Some(LENGTH)).once());
    channel.call.play_tone(Tone::new(segments.to_vec()))?;
    let waited = channel.call.wait(LENGTH * 3 + SILENCE).await;
    channel.call.stop_indication();
    waited?;
    Ok(Outcome::Continue)
}
