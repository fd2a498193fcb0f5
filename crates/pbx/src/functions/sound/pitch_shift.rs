//! `Set(PITCH_SHIFT(rx|tx|both)=factor)`: voices are higher or lower: `highest`, `higher`, `high`, `low`, `lower`, `lowest`, or what
//! frequencies are multiplied by, 0.1 to 4.0. 1 ends it.

use audio::pitch::PitchShifter;

use super::{change, side, sides};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "PITCH_SHIFT";

/// Words, and what they multiply by.
const WORDS: [(&str, f32); 6] =
    [("highest", 2.0), ("higher", 1.5), ("high", 1.25), ("low", 0.85), ("lower", 0.7), ("lowest", 0.5)];

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.call.sound_effects(side(NAME, arguments)?).pitch.to_string())
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let sides = sides(NAME, arguments, arguments)?;
    let factor = factor(value).ok_or_else(|| {
        let wanted = "the pitch is highest, higher, high, low, lower, lowest, or a number from 0.1 to 4.0";
        FunctionError::arguments(NAME, arguments, wanted)
    })?;
    sides.iter().for_each(|side| change(scope, *side, |effects| effects.pitch = factor));
    Ok(())
}

fn factor(value: &str) -> Option<f32> {
    let value = value.trim();
    let word = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    let factor = word.map(|(_, factor)| *factor).or_else(|| value.parse().ok())?;
    PitchShifter::FACTORS.contains(&factor).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::factor;

    #[test]
    fn words_and_numbers_are_factors() {
        let found = ["Highest", "low", "0.8", "4", "1"].map(factor);
        assert_eq!(found, [Some(2.0), Some(0.85), Some(0.8), Some(4.0), Some(1.0)]);
        assert_eq!(["", "0", "5", "-1", "nan", "loud"].map(factor), [None; 6]);
    }
}
