//! `CHANNELS([expression])`: the names of all channels, or of those that an expression is found in, between blanks.

use crate::functions::strings::regular::expression;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let wanted =
        match arguments.trim() {
            "" => None,
            pattern => Some(expression(pattern).ok_or_else(|| {
                FunctionError::arguments("CHANNELS", arguments, "the expression is malformed")
            })?),
        };
    let calls = scope.exchange.switchboard().calls();
    let names = calls.iter().map(|call| call.name());
    let names = names.filter(|name| wanted.as_ref().is_none_or(|wanted| wanted.is_match(name)));
    Ok(names.collect::<Vec<_>>().join(" "))
}
