//! `Set(LOG_GROUP([group])=[group])`: the group under which the log has what the channel's dialplan says.

use crate::dialplan::LogGroup;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "LOG_GROUP";

/// Longest name of a group.
const LONGEST: usize = 64;

pub(super) fn read(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    Ok(LogGroup::of(scope.call))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let group =
        [value, arguments].map(str::trim).into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    if group.len() > LONGEST || group.chars().any(char::is_control) {
        return Err(FunctionError::arguments(NAME, arguments, "a name has 64 characters at most"));
    }
    LogGroup::set(scope.call, group);
    Ok(())
}
