//! `MESSAGE(to|from|body|content_type)`: the text that this channel carries, or the one that `MessageSend` will send;
//! `MESSAGE_DATA(name)`: a header that came with it, or one that goes out with it. `MESSAGE(custom_data)=mark_all_outbound` lets all
//! headers that came go out again, `clear_all_outbound` none.

use call_control::sip::check_header;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "MESSAGE";
const KNOWN: &str = "known are to, from, body, content_type, and to be set custom_data";

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
    if arguments.trim().eq_ignore_ascii_case("custom_data") {
        match value.trim().to_ascii_lowercase().as_str() {
            "mark_all_outbound" => text.headers = text.data.iter().filter(is_header).cloned().collect(),
            "clear_all_outbound" => text.headers.clear(),
            _ => {
                let problem = "it is mark_all_outbound or clear_all_outbound";
                return Err(FunctionError::arguments(NAME, arguments, problem));
            }
        }
        scope.call.set_message(Some(text));
        return Ok(());
    }
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
    let found = text.data.into_iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(arguments.trim()));
    Ok(found.map(|(_, value)| value).unwrap_or_default())
}

pub(super) fn write_data(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let mut text = scope.call.message().unwrap_or_default();
    let name = arguments.trim();
    for list in [&mut text.data, &mut text.headers] {
        list.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }
    if !value.is_empty() {
        text.data.push((name.to_owned(), value.to_owned()));
        if check_header(name, value).is_ok() {
            text.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    scope.call.set_message(Some(text));
    Ok(())
}

/// Whether what came with a text is a header that may go out again.
fn is_header((name, value): &&(String, String)) -> bool {
    let is_fact = name.starts_with("PJSIP_") || name.eq_ignore_ascii_case("Request-URI");
    !is_fact && check_header(name, value).is_ok()
}
