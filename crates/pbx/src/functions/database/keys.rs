//! `DB_KEYS([prefix])`, `DB_KEYCOUNT([prefix])`: the names next below a place, between commas, and their number.

use crate::functions::{FunctionScope, Value};

pub(super) fn names(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.exchange.astdb().names_below(arguments.trim()).join(","))
}

pub(super) fn count(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Ok(scope.exchange.astdb().names_below(arguments.trim()).len().to_string())
}
