//! `CDR(field[,options])`: `u` for times in seconds and words as numbers, `f` for times with fractions.

use crate::call_records::Form;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (field, options) = arguments.split_once(',').unwrap_or((arguments, ""));
    if field.trim().is_empty() {
        return Err(FunctionError::arguments("CDR", arguments, "name a field, as in CDR(billsec)"));
    }
    Ok(scope.exchange.call_records().field(scope.call.name(), field, Form::of_options(options)))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let field = arguments.split(',').next().unwrap_or_default();
    if field.trim().is_empty() {
        return Err(FunctionError::arguments("CDR", arguments, "name a field, as in CDR(userfield)"));
    }
    let set = scope.exchange.call_records().set_field(scope.call.name(), field, value);
    set.map_err(|problem| FunctionError::arguments("CDR", arguments, problem.to_string()))
}
