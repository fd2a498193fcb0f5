//! `SET`, `DELETE`, `VARIABLE_EXISTS`, `IMPORT`, `EXPORT`: variables of this channel and of others.

use crate::functions::conditions::flag;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

/// `SET(name=value)`: its value is what was set.
pub(super) fn set(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let pair = arguments.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let (name, value) =
        pair.ok_or_else(|| FunctionError::arguments("SET", arguments, "write SET(varname=value)"))?;
    scope.assign(name, value)?;
    Ok(value.to_owned())
}

pub(super) fn cannot_read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly("DELETE"))
}

pub(super) fn delete(scope: &mut FunctionScope<'_>, arguments: &str, _: &str) -> Written {
    match arguments.trim() {
        "" => Err(FunctionError::arguments("DELETE", arguments, "name the variable")),
        name => {
            scope.call.remove_variable(name);
            Ok(())
        }
    }
}

pub(super) fn exists(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    match arguments.trim() {
        "" => Err(FunctionError::arguments("VARIABLE_EXISTS", arguments, "name the variable")),
        name => Ok(flag(scope.call.variable(name).is_some())),
    }
}

/// `IMPORT(channel,variable)`: empty where there is no such channel.
pub(super) fn import(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (channel, variable) = pair("IMPORT", arguments)?;
    let Some(call) = scope.channel(channel) else { return Ok(String::new()) };
    scope.elsewhere(&call, |other| other.text_of(variable))
}

pub(super) fn cannot_read_export(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly("EXPORT"))
}

/// `Set(EXPORT(channel,variable)=value)`.
pub(super) fn export(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let (channel, variable) = pair("EXPORT", arguments)?;
    let call = scope.channel(channel);
    let call =
        call.ok_or_else(|| FunctionError::arguments("EXPORT", arguments, "there is no such channel"))?;
    scope.elsewhere(&call, |other| other.assign(variable, value))
}

fn pair<'a>(function: &'static str, arguments: &'a str) -> Result<(&'a str, &'a str), FunctionError> {
    let pair = arguments.split_once(',').map(|(channel, variable)| (channel.trim(), variable.trim()));
    pair.filter(|(channel, variable)| !channel.is_empty() && !variable.is_empty())
        .ok_or_else(|| FunctionError::arguments(function, arguments, "name a channel and a variable of it"))
}
