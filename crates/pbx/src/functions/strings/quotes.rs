//! `QUOTE`, `CSV_QUOTE`, `SQL_ESC`, `SQL_ESC_BACKSLASHES`: texts made safe for a place; `EVAL`: the opposite.

use std::sync::atomic::{AtomicUsize, Ordering};

use call_control::BoxFuture;

use crate::dialplan::{DialplanChannel, substitute_waiting};
use crate::functions::{FunctionError, FunctionScope, Value};

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

/// A text that stands between single quotes in SQL.
pub(in crate::functions) fn sql_escaped(text: &str) -> String {
    text.replace('\'', "''")
}

/// The same for a data base in whose texts backslashes mean something.
pub(in crate::functions) fn sql_escaped_backslashes(text: &str) -> String {
    text.replace('\\', "\\\\")
}

pub(super) fn sql(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(sql_escaped(text))
}

pub(super) fn sql_backslashes(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(sql_escaped_backslashes(text))
}

/// How many texts in texts are put together; one that holds itself would never end.
const DEEPEST: usize = 16;

/// How deep a channel is in texts in texts.
#[derive(Default)]
struct Depth(AtomicUsize);

/// Only what has something to put in can take time, and it is asked for there.
pub(super) fn eval(_: &mut FunctionScope<'_>, text: &str) -> Value {
    if text.contains('$') { Err(FunctionError::Later) } else { Ok(text.to_owned()) }
}

pub(super) fn eval_later<'a>(channel: &'a mut DialplanChannel, text: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let depth = channel.call.keep::<Depth>();
        if depth.0.fetch_add(1, Ordering::Relaxed) >= DEEPEST {
            depth.0.fetch_sub(1, Ordering::Relaxed);
            return Err(FunctionError::failed("EVAL", "the text holds itself, or more than sixteen others"));
        }
        let value = substitute_waiting(channel, text).await;
        depth.0.fetch_sub(1, Ordering::Relaxed);
        Ok(value)
    })
}
