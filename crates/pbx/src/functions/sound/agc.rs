//! `Set(AGC(rx|tx)=level)`: brings voices to one level, an amplitude of 1 to 32768 (8000 is usual); `off` ends it.

use audio::gain::GainSettings;

use super::{FunctionError, FunctionScope, change, side};
use crate::functions::{Value, Written};

const NAME: &str = "AGC";

/// The amplitude of full scale.
const FULL: f64 = 32_768.0;

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let gain = scope.call.sound_effects(side(NAME, arguments)?).gain;
    let level = |gain: GainSettings| (FULL * 10_f64.powf(gain.target_dbfs / 20.0)).round().to_string();
    Ok(gain.map_or_else(|| "off".to_owned(), level))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let side = side(NAME, arguments)?;
    let gain = gain(value).map_err(|problem| FunctionError::arguments(NAME, arguments, problem))?;
    change(scope, side, |effects| effects.gain = gain);
    Ok(())
}

fn gain(value: &str) -> Result<Option<GainSettings>, &'static str> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let level = value.parse::<f64>().ok().filter(|level| (1.0..=FULL).contains(level));
    let level = level.ok_or("the level is a number from 1 to 32768, or off")?;
    Ok(Some(GainSettings { target_dbfs: 20.0 * (level / FULL).log10(), ..GainSettings::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_amplitudes() {
        assert!((gain("8000").unwrap().unwrap().target_dbfs + 12.25).abs() < 0.01);
        assert_eq!(gain("Off"), Ok(None));
        assert!(gain("0").is_err() && gain("40000").is_err() && gain("on").is_err());
    }
}
