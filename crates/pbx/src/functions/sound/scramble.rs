//! `Set(SCRAMBLE()=tx|rx|both|remove)`: turns the band upside down, so that nobody understands a word on the way. A second channel
//! that does the same turns it back.

use media_bridge::Side;

use super::{change, sides};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "SCRAMBLE";

pub(in crate::functions) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    // The direction is the value; some write it between the parentheses.
    let direction = if value.trim().is_empty() { arguments } else { value };
    let wanted = match direction.trim().to_ascii_lowercase().as_str() {
        "remove" => &[],
        _ => sides(NAME, arguments, direction)?,
    };
    for side in [Side::Read, Side::Write] {
        change(scope, side, |effects| effects.scrambled = wanted.contains(&side));
    }
    Ok(())
}
