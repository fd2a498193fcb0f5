//! `PUSH`, `POP`, `SHIFT`, `UNSHIFT`: what comes to the ends of a list, and goes.

use crate::functions::arguments::{Arguments, delimiter};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn pop(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    take("POP", scope, arguments, |text, by| text.rsplit_once(by).map(|(rest, last)| (last, rest)))
}

pub(super) fn shift(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    take("SHIFT", scope, arguments, |text, by| text.split_once(by))
}

pub(super) fn push(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    put("PUSH", scope, arguments, value, |list, by, value| format!("{list}{by}{value}"))
}

pub(super) fn unshift(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    put("UNSHIFT", scope, arguments, value, |list, by, value| format!("{value}{by}{list}"))
}

pub(super) fn cannot_read_push(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly("PUSH"))
}

pub(super) fn cannot_read_unshift(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly("UNSHIFT"))
}

/// The variable and the delimiter, a comma where none is given.
fn list(function: &'static str, arguments: &str) -> Result<(String, char), FunctionError> {
    let given = Arguments::of(arguments, 2);
    if given.at(0).is_empty() {
        return Err(FunctionError::arguments(function, arguments, "name the variable of the list"));
    }
    Ok((given.at(0).to_owned(), delimiter(given.raw(1)).unwrap_or(',')))
}

/// Takes a member off an end; `cut` tells it and the rest where there are several.
fn take(
    function: &'static str,
    scope: &mut FunctionScope<'_>,
    arguments: &str,
    cut: for<'a> fn(&'a str, char) -> Option<(&'a str, &'a str)>,
) -> Value {
    let (name, by) = list(function, arguments)?;
    let text = scope.text_of(&name)?;
    let (member, rest) = cut(&text, by).unwrap_or((&text, ""));
    scope.assign(&name, rest)?;
    Ok(member.to_owned())
}

fn put(
    function: &'static str,
    scope: &mut FunctionScope<'_>,
    arguments: &str,
    value: &str,
    join: fn(&str, char, &str) -> String,
) -> Written {
    let (name, by) = list(function, arguments)?;
    let text = scope.text_of(&name)?;
    let longer = if text.is_empty() { value.to_owned() } else { join(&text, by, value) };
    if longer.len() > crate::functions::strings::LONGEST {
        return Err(FunctionError::failed(function, "the list would be longer than 64 KiB"));
    }
    scope.assign(&name, &longer)
}
