//! `GLOBAL(variable)`, `GLOBAL_EXISTS`, `GLOBAL_DELETE`: variables that all channels share.

use crate::functions::conditions::flag;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.exchange.globals().get(arguments.trim()).unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    scope.exchange.globals().set(arguments.trim(), value);
    Ok(())
}

pub(super) fn exists(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(flag(scope.exchange.globals().get(arguments.trim()).is_some()))
}

pub(super) fn cannot_read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly("GLOBAL_DELETE"))
}

pub(super) fn delete(scope: &mut FunctionScope<'_>, arguments: &str, _: &str) -> Written {
    scope.exchange.globals().set(arguments.trim(), "");
    Ok(())
}
