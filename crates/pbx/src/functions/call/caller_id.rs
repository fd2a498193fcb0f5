//! `CALLERID(datatype)`: who is at the far end of the channel.
//!
//! `num` (or `number`), `name`, `all`, `pres` (whether others may see them), `tag` (for the dialplan alone); `ani` is the number as well. `dnid` is what was dialled. A second argument is
//! accepted and means nothing.

use call_control::{CallerId, Presentation};

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "CALLERID";
const KNOWN: &str = "known are num, name, all, ani, pres, tag and dnid";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let caller = scope.call.caller();
    match datatype(arguments).as_str() {
        "num" | "number" | "ani" | "ani-num" => Ok(caller.number),
        "name" => Ok(caller.name),
        "all" => Ok(all(&caller)),
        "pres" | "num-pres" | "name-pres" => Ok(caller.presentation.to_string()),
        "tag" => Ok(scope.call.caller_tag()),
        "dnid" | "dnid-num-plan" => Ok(scope.call.dialed()),
        _ => Err(FunctionError::arguments(NAME, arguments, KNOWN)),
    }
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let value = value.trim();
    let mut caller = scope.call.caller();
    match datatype(arguments).as_str() {
        "num" | "number" | "ani" | "ani-num" => value.clone_into(&mut caller.number),
        "tag" => {
            scope.call.set_caller_tag(value);
            return Ok(());
        }
        "name" => unquoted(value).clone_into(&mut caller.name),
        "pres" | "num-pres" | "name-pres" => {
            caller.presentation = Presentation::from_word(value).ok_or_else(|| {
                let words: Vec<&str> = Presentation::words().collect();
                FunctionError::arguments(NAME, value, format!("known are {}", words.join(", ")))
            })?;
        }
        "all" => {
            caller = match value.parse() {
                Ok(parsed) => parsed,
                Err(never) => match never {},
            };
        }
        _ => return Err(FunctionError::arguments(NAME, arguments, KNOWN)),
    }
    scope.call.set_caller(caller);
    Ok(())
}

fn datatype(arguments: &str) -> String {
    arguments.split(',').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `"Alice" <6001>`, with the number alone where there is no name.
fn all(caller: &CallerId) -> String {
    match (caller.name.is_empty(), caller.number.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("<{}>", caller.number),
        _ => caller.to_string(),
    }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}
