//! `QUOTE`, `CSV_QUOTE`, `SQL_ESC`, `SQL_ESC_BACKSLASHES`: texts made safe for a place; `EVAL`: the opposite.

use call_control::BoxFuture;

use crate::dialplan::{DialplanChannel, substitute_waiting};
use crate::functions::{FunctionScope, Value};

pub(super) fn quote(_: &mut FunctionScope<'_>, text: &str) -> Value {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    Ok(quoted)
}

/// RFC 4180 section 2.
pub(super) fn csv(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(format!("\"{}\"", text.replace('"', "\"\"")))
}

pub(super) fn sql(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.replace('\'', "''"))
}

pub(super) fn sql_backslashes(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.replace('\\', "\\\\"))
}

/// Only what has something to put in can take time, and it is asked for there.
pub(super) fn eval(scope: &mut FunctionScope<'_>, text: &str) -> Value {
    if text.contains('$') { Err(crate::functions::FunctionError::Later) } else { scope.substituted(text) }
}

pub(super) fn eval_later<'a>(channel: &'a mut DialplanChannel, text: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        // Boxed: a text may hold `EVAL` again.
        let value: BoxFuture<'_, String> = Box::pin(substitute_waiting(channel, text));
        Ok(value.await)
    })
}
