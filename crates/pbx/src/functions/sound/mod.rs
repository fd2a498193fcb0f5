//! What is done with the sound of a channel: its volume, its level, its noise. Each has a direction: `RX` is what the party says,
//! `TX` what it hears.

mod agc;
mod denoise;
mod volume;

use media_bridge::Side;

use super::{Function, FunctionError, FunctionScope};

pub(super) const ROWS: &[Function] = &[
    Function::new("AGC", "AGC(rx|tx)", "Brings voices to one level.", agc::read).set(agc::write),
    Function::new("DENOISE", "DENOISE(rx|tx)", "Takes noise out of the sound.", denoise::read)
        .set(denoise::write),
    Function::new("VOLUME", "VOLUME(RX|TX)", "How much louder the channel is heard, or hears.", volume::read)
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

/// Changes what is done with one side of the channel.
fn change(scope: &FunctionScope<'_>, side: Side, change: impl FnOnce(&mut media_bridge::SoundEffects)) {
    let mut effects = scope.call.sound_effects(side);
    change(&mut effects);
    scope.call.set_sound_effects(side, effects);
}
