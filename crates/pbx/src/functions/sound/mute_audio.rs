//! `Set(MUTEAUDIO(in|out|all)=on|off)`: nobody hears what the party says (`in`), or it hears nothing (`out`).

use asterisk_conf::boolean;
use media_bridge::Side;

use super::change;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "MUTEAUDIO";

pub(in crate::functions) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let wrong = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let sides: &[Side] = match arguments.trim().to_ascii_lowercase().as_str() {
        "in" => &[Side::Read],
        "out" => &[Side::Write],
        "all" => &[Side::Read, Side::Write],
        _ => return Err(wrong("the direction is in, out or all")),
    };
    let muted = boolean(value).ok_or_else(|| wrong("write on or off"))?;
    sides.iter().for_each(|side| change(scope, *side, |effects| effects.muted = muted));
    Ok(())
}
