//! `Set(HOLD_INTERCEPT(set|remove)=)`: holds of the party are told to managers, and nothing else is done about them: the other party
//! hears no music, and no phone is told.

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "HOLD_INTERCEPT";

pub(in crate::functions) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

pub(in crate::functions) fn write(scope: &mut FunctionScope<'_>, arguments: &str, _: &str) -> Written {
    let intercept = match arguments.trim().to_ascii_lowercase().as_str() {
        "set" => true,
        "remove" => false,
        _ => return Err(FunctionError::arguments(NAME, arguments, "write set or remove")),
    };
    scope.call.intercept_hold(intercept);
    Ok(())
}
