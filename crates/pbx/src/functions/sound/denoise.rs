//! `Set(DENOISE(rx|tx)=on|off)`: takes the noise out of what is said.

use super::{FunctionError, FunctionScope, change, side};
use crate::functions::{Value, Written};

const NAME: &str = "DENOISE";

pub(in crate::functions) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let on = scope.call.sound_effects(side(NAME, arguments)?).denoise;
    Ok(if on { "on" } else { "off" }.to_owned())
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let side = side(NAME, arguments)?;
    let on = match value.trim().to_ascii_lowercase().as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(FunctionError::arguments(NAME, arguments, "write on or off")),
    };
    change(scope, side, |effects| effects.denoise = on);
    Ok(())
}
