//! `PlayTones(arg)`: a tone of the country by name (`dial`, `busy`), or one that is written out (`440+480/2000,0/4000`), while
//! the dialplan goes on; until `StopPlayTones` or the next prompt.

use audio::Tone;
use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let text = arguments.trim().trim_matches('"');
    let call = &channel.call;
    let zone = call.tone_zone();
    let named = channel.exchange.switchboard().prompts().indication_in(zone.as_deref(), text);
    let tone = match named {
        Some(tone) => Ok(tone),
        None => Tone::parse(text),
    };
    match tone {
        Ok(tone) => call.play_tone(tone)?,
        Err(error) => channel.warning(format!("PlayTones({text}): {error}")),
    }
    Ok(Outcome::Continue)
}
