//! `LEN(text)`: the length of a text, in octets as dialplans have always counted it.

use crate::functions::{FunctionScope, Value};

pub(super) fn read(_scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(arguments.len().to_string())
}
