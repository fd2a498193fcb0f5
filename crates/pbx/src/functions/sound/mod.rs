//! What is done with the sound of a channel: its volume, its level, its noise, its pitch, and what is listened for in it. Most have a
//! direction: `RX` is what the party says, `TX` what it hears.

mod agc;
mod denoise;
mod frame_drop;
mod mute_audio;
mod periodic_hook;
mod pitch_shift;
mod scramble;
mod tone_detect;
mod volume;

use call_control::Call;
use media_bridge::{Side, SoundEffects};

use super::{Danger, Function, FunctionError, FunctionScope, writes_later};

pub(super) const ROWS: &[Function] = &[
    Function::new("AGC", "AGC(rx|tx)", "Brings voices to one level.", agc::read).set(agc::write),
    Function::new("DENOISE", "DENOISE(rx|tx)", "Takes noise out of the sound.", denoise::read)
        .set(denoise::write),
    Function::new(
        "FRAME_DROP",
        "FRAME_DROP(TX|RX)",
        "Kinds of frames that are left out of what the channel sends or gets.",
        frame_drop::read,
    )
    .set(frame_drop::write),
    Function::new(
        "MUTEAUDIO",
        "MUTEAUDIO(in|out|all)",
        "Silences what the channel says or hears; can only be set.",
        mute_audio::read,
    )
    .set(mute_audio::write),
    Function::new(
        "PERIODIC_HOOK",
        "PERIODIC_HOOK(context,extension,interval) or PERIODIC_HOOK(hook_id)",
        "Lets both parties hear what an extension plays, each so many seconds.",
        periodic_hook::read,
    )
    .set(periodic_hook::write)
    .dangerous(Danger::Both),
    Function::new(
        "PITCH_SHIFT",
        "PITCH_SHIFT(rx|tx|both)",
        "Makes voices higher or lower.",
        pitch_shift::read,
    )
    .set(pitch_shift::write),
    Function::new(
        "SCRAMBLE",
        "SCRAMBLE([tx|rx|both|remove])",
        "Makes voices unintelligible; can only be set.",
        scramble::read,
    )
    .set(scramble::write),
    Function::new(
        "TONE_DETECT",
        "TONE_DETECT(freq[,duration_ms[,options]]) or TONE_DETECT(rx|tx)",
        "Listens for a tone, and tells how often it came.",
        tone_detect::read,
    )
    .set(writes_later)
    .set_later(tone_detect::write),
    Function::new(
        "VOLUME",
        "VOLUME(RX|TX[,p])",
        "How much louder the channel is heard, or hears.",
        volume::read,
    )
    .set(volume::write),
];

/// The side that a direction names, in any case.
fn side(function: &'static str, arguments: &str) -> Result<Side, FunctionError> {
    let direction = arguments.split(',').next().unwrap_or_default().trim();
    match direction.to_ascii_lowercase().as_str() {
        "rx" => Ok(Side::Read),
        "tx" => Ok(Side::Write),
        _ => Err(FunctionError::arguments(function, arguments, "the direction is RX or TX")),
    }
}

/// The sides that `direction` names, one or both.
fn sides(function: &'static str, arguments: &str, direction: &str) -> Result<&'static [Side], FunctionError> {
    match direction.trim().to_ascii_lowercase().as_str() {
        "rx" => Ok(&[Side::Read]),
        "tx" => Ok(&[Side::Write]),
        "both" => Ok(&[Side::Read, Side::Write]),
        _ => Err(FunctionError::arguments(function, arguments, "the direction is rx, tx or both")),
    }
}

/// Changes what is done with one side of the channel.
fn change(scope: &FunctionScope<'_>, side: Side, change: impl FnOnce(&mut SoundEffects)) {
    change_on(scope.call, side, change);
}

/// The same on a channel. What stays as it is is not told again, for its audio would be brought here for nothing.
fn change_on(call: &Call, side: Side, change: impl FnOnce(&mut SoundEffects)) {
    let former = call.sound_effects(side);
    let mut effects = former;
    change(&mut effects);
    if effects != former {
        call.set_sound_effects(side, effects);
    }
}

#[cfg(test)]
mod tests;
