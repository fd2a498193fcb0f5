//! `CHANNEL_EXISTS(name_or_uid)`, `MASTER_CHANNEL(variable)`: other channels.

use crate::functions::conditions::flag;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn exists(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    if arguments.trim().is_empty() {
        return Err(FunctionError::arguments("CHANNEL_EXISTS", arguments, "name a channel"));
    }
    Ok(flag(scope.channel(arguments).is_some()))
}

/// A variable of the channel that the call began with; of this one, where it is that or that is gone.
pub(super) fn read_master(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    match scope.channel(scope.call.linked_id()) {
        Some(master) => scope.elsewhere(&master, |master| master.text_of(arguments)),
        None => scope.text_of(arguments),
    }
}

pub(super) fn write_master(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    match scope.channel(scope.call.linked_id()) {
        Some(master) => scope.elsewhere(&master, |master| master.assign(arguments, value)),
        None => scope.assign(arguments, value),
    }
}
