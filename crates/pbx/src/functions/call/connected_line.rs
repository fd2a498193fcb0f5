//! `CONNECTEDLINE(datatype[,i])`: who the channel's phone is told that it is connected with. With `i` the phone is not told yet,
//! so that several fields can be changed together; the next one without it tells all of them.

use super::party::{self, Change};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "CONNECTEDLINE";
const PRIVATE: &str = "CONNECTEDLINE priv";
/// Where changes wait to be told.
const WAITING: &str = "CONNECTEDLINE i";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let call = scope.call;
    let (field, _) = parts(arguments);
    let found = match field.strip_prefix("priv-") {
        Some(field) => {
            let private = party::noted_party(call, PRIVATE).unwrap_or_default();
            party::read(call, &private, "CONNECTEDLINE priv-", field)
        }
        None => {
            let connected = waiting(scope).unwrap_or_else(|| call.connected());
            party::read(call, &connected, "CONNECTEDLINE ", &field)
        }
    };
    found.ok_or_else(|| FunctionError::arguments(NAME, arguments, format!("known are {}", party::KNOWN)))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let call = scope.call;
    let (field, is_quiet) = parts(arguments);
    let value = value.trim();
    let change = match field.strip_prefix("priv-") {
        Some(field) => {
            let mut private = party::noted_party(call, PRIVATE).unwrap_or_default();
            let change = party::write(call, &mut private, "CONNECTEDLINE priv-", field, value);
            party::note_party(call, PRIVATE, &private);
            change
        }
        None => {
            let mut connected = waiting(scope).unwrap_or_else(|| call.connected());
            let change = party::write(call, &mut connected, "CONNECTEDLINE ", &field, value);
            match change {
                Change::Refused(_) => {}
                _ if is_quiet => party::note_party(call, WAITING, &connected),
                _ => {
                    party::note(call, WAITING, "");
                    call.set_connected(connected);
                }
            }
            change
        }
    };
    match change {
        Change::Party | Change::Noted => Ok(()),
        Change::Refused(problem) => Err(FunctionError::arguments(NAME, arguments, problem)),
    }
}

fn waiting(scope: &FunctionScope<'_>) -> Option<call_control::CallerId> {
    party::noted_party(scope.call, WAITING)
}

/// The field, and whether the phone is not to be told yet.
fn parts(arguments: &str) -> (String, bool) {
    let (field, options) = arguments.split_once(',').unwrap_or((arguments, ""));
    (field.trim().to_ascii_lowercase(), options.contains('i'))
}
