//! `INC(variable)`, `DEC(variable)`: a whole number in a variable goes up or down; the value is the new one.

use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn increment(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    step("INC", scope, arguments, 1)
}

pub(super) fn decrement(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    step("DEC", scope, arguments, -1)
}

fn step(function: &'static str, scope: &mut FunctionScope<'_>, arguments: &str, by: i64) -> Value {
    let name = arguments.trim();
    let bad = |problem: String| FunctionError::arguments(function, arguments, problem);
    if name.is_empty() || name.contains('$') {
        return Err(bad("name the variable itself, as in COUNT".to_owned()));
    }
    let text = scope.text_of(name)?;
    let number: i64 =
        text.trim().parse().map_err(|_| bad(format!("'{text}' in {name} is no whole number")))?;
    let next = number.checked_add(by).ok_or_else(|| bad(format!("{number} has no neighbour")))?.to_string();
    scope.assign(name, &next)?;
    Ok(next)
}
