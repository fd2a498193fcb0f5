//! `EXCEPTION(reason|context|exten|priority)`: why the channel goes on at `e`, and where that was.

use std::sync::{Mutex, PoisonError};

use call_control::Call;
use dialplan_vm::Location;

use crate::functions::{FunctionError, FunctionScope, Value};

/// The last exception of a channel.
#[derive(Default)]
struct Raised(Mutex<Option<(String, Location)>>);

/// Notes why the channel leaves this place.
pub(crate) fn raise(call: &Call, reason: &str, at: Location) {
    let raised = call.keep::<Raised>();
    *raised.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((reason.to_owned(), at));
}

pub(super) fn read(scope: &mut FunctionScope<'_>, field: &str) -> Value {
    let Some(raised) = scope.call.kept::<Raised>() else { return Ok(String::new()) };
    let raised = raised.0.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((reason, at)) = raised.as_ref() else { return Ok(String::new()) };
    match field.trim().to_ascii_lowercase().as_str() {
        "reason" => Ok(reason.clone()),
        "context" => Ok(at.context.to_string()),
        "exten" => Ok(at.extension.to_string()),
        "priority" => Ok(at.priority.to_string()),
        _ => {
            Err(FunctionError::arguments("EXCEPTION", field, "known are reason, context, exten and priority"))
        }
    }
}
