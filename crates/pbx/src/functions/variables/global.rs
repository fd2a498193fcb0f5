//! `GLOBAL(variable)`: a variable that all channels share.

use crate::functions::{FunctionScope, Value, Written};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.exchange.globals().get(arguments.trim()).unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    scope.exchange.globals().set(arguments.trim(), value);
    Ok(())
}
