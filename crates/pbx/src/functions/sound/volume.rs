//! `VOLUME(RX|TX[,p])`: what the amplitude is multiplied by; below zero it is divided. 0 and 1 leave it as it is. With `p` the party's
//! keys `*` and `#` make it louder and softer.

use media_bridge::Side;

use super::{FunctionError, FunctionScope, change, side};
use crate::functions::{Value, Written};

const NAME: &str = "VOLUME";

/// The most that sound is amplified, or attenuated.
const MOST: f32 = 100.0;

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let factor = scope.call.sound_effects(side(NAME, arguments)?).volume;
    Ok(shown(factor).to_string())
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let side = side(NAME, arguments)?;
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let options = arguments.split_once(',').map(|(_, options)| options.trim()).unwrap_or_default();
    if !matches!(options, "" | "p") {
        return Err(wrong("the only option is p"));
    }
    let factor = factor(value).ok_or_else(|| wrong("the volume is a number, as 2 or -2"))?;
    let mut keys = scope.call.volume_keys();
    keys[usize::from(side == Side::Write)] = options == "p";
    scope.call.turn_volume_by_keys(keys);
    change(scope, side, |effects| effects.volume = factor);
    Ok(())
}

/// What a value multiplies by.
fn factor(value: &str) -> Option<f32> {
    let value: f32 = value.trim().parse().ok()?;
    let factor = match value {
        0.0 => 1.0,
        _ if value < 0.0 => 1.0 / value.abs().clamp(1.0 / MOST, MOST),
        _ => value.clamp(1.0 / MOST, MOST),
    };
    factor.is_finite().then_some(factor)
}

/// The value that multiplies by that.
fn shown(factor: f32) -> f32 {
    let value = if factor < 1.0 { -1.0 / factor } else { factor };
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_multiply_and_divide() {
        let values = ["3", "-4", "0", "1", "0.5", "1e9", "nan", "loud", ""].map(factor);
        let wanted = [Some(3.0), Some(0.25), Some(1.0), Some(1.0), Some(0.5), Some(MOST), None, None, None];
        assert_eq!(values, wanted);
        assert_eq!((shown(3.0), shown(0.25), shown(1.0)), (3.0, -4.0, 1.0));
    }
}
