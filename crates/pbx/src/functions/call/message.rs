//! `MESSAGE(to|from|body|content_type)`: the text that this channel carries, or the one that `MessageSend` will send;
//! `MESSAGE_DATA(name)`: what is attached to it.

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "MESSAGE";
const KNOWN: &str = "known are to, from, body and content_type";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let text = scope.call.message().unwrap_or_default();
    match arguments.trim().to_ascii_lowercase().as_str() {
        "to" => Ok(text.to),
        "from" => Ok(text.from),
        "body" => Ok(text.body),
        "content_type" => Ok(text.content_type),
        _ => Err(FunctionError::arguments(NAME, arguments, KNOWN)),
    }
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let mut text = scope.call.message().unwrap_or_default();
    let field = match arguments.trim().to_ascii_lowercase().as_str() {
        "to" => &mut text.to,
        "from" => &mut text.from,
        "body" => &mut text.body,
        "content_type" => &mut text.content_type,
        _ => return Err(FunctionError::arguments(NAME, arguments, KNOWN)),
    };
    value.clone_into(field);
    scope.call.set_message(Some(text));
    Ok(())
}

pub(super) fn read_data(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let text = scope.call.message().unwrap_or_default();
    let found = text.data.into_iter().rev().find(|(name, _)| name == arguments.trim());
    Ok(found.map(|(_, value)| value).unwrap_or_default())
}

pub(super) fn write_data(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let mut text = scope.call.message().unwrap_or_default();
    text.data.retain(|(name, _)| name != arguments.trim());
    text.data.push((arguments.trim().to_owned(), value.to_owned()));
    scope.call.set_message(Some(text));
    Ok(())
}
