//! `CALLERID(datatype[,CID])`: who is at the far end of the channel.
//!
//! The fields of a [party](super::party) are those of the caller; with `priv-` before them those of one that the dialplan alone
//! knows; with `ANI-` those of whoever pays for the call, the caller where nobody else was named. `RDNIS` is who passed the
//! call on, `DNID` what was dialled, `ANI2` what the network says of the kind of its line. With a second argument the fields are
//! those of the caller that it names: `CALLERID(num,"Alice" <6001>)` is 6001.

use call_control::{Call, CallerId};

use super::party::{self, Change};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "CALLERID";

/// Where the party is noted that pays.
const ANI: &str = "CALLERID ani";
/// Where the party is noted that the dialplan alone knows.
const PRIVATE: &str = "CALLERID priv";
/// Where the number is noted that is told as the one that was dialled.
const DIALLED: &str = "CALLERID dnid";

/// Where what the network says of the line is noted.
const ANI2: &str = "CALLERID ani2";
/// Where notes of the caller are.
const CALLER: &str = "CALLERID ";

/// Whose field it is.
enum Whose<'a> {
    Caller(&'a str),
    Payer(&'a str),
    Private(&'a str),
    Redirecting,
    Dialled(&'a str),
    Line,
}

fn whose(datatype: &str) -> Whose<'_> {
    if let Some(field) = datatype.strip_prefix("priv-") {
        return Whose::Private(field);
    }
    match datatype.strip_prefix("ani") {
        Some("") => return Whose::Payer("num"),
        Some(field) if field.starts_with('-') => return Whose::Payer(&field[1..]),
        _ => {}
    }
    match datatype.strip_prefix("dnid") {
        Some("") => return Whose::Dialled("num"),
        Some(field) if field.starts_with('-') => return Whose::Dialled(&field[1..]),
        _ => {}
    }
    match datatype {
        "rdnis" => Whose::Redirecting,
        "ani2" => Whose::Line,
        "ton" => Whose::Caller("num-plan"),
        field => Whose::Caller(field),
    }
}

/// What kind of line the caller has, as `CALLERID(ani2)`.
pub(super) fn kind_of_line(call: &Call) -> String {
    party::noted(call, ANI2).unwrap_or_else(|| "0".to_owned())
}

/// What kind of number the caller has, as `CALLERID(num-plan)`.
pub(super) fn number_plan(call: &Call) -> String {
    party::read(call, &CallerId::default(), CALLER, "num-plan").unwrap_or_default()
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let call = scope.call;
    let datatype = datatype(arguments);
    if let Some((_, named)) = arguments.split_once(',').filter(|(_, named)| !named.trim().is_empty()) {
        let named: CallerId = match named.trim().parse() {
            Ok(named) => named,
            Err(never) => match never {},
        };
        return match datatype.as_str() {
            "" | "all" | "num" | "number" | "name" => {
                Ok(party::read(call, &named, "", &datatype).unwrap_or_default())
            }
            _ => Err(FunctionError::arguments(
                NAME,
                arguments,
                "of a caller that is named, all, num and name are known",
            )),
        };
    }
    let found = match whose(&datatype) {
        Whose::Caller("tag") => Some(call.caller_tag()),
        Whose::Caller(field) => party::read(call, &call.caller(), CALLER, field),
        Whose::Payer(field) => {
            let payer = party::noted_party(call, ANI).unwrap_or_else(|| call.caller());
            party::read(call, &payer, "CALLERID ani-", field)
        }
        Whose::Private(field) => {
            let private = party::noted_party(call, PRIVATE).unwrap_or_default();
            party::read(call, &private, "CALLERID priv-", field)
        }
        Whose::Redirecting => Some(call.redirecting().map(|passed| passed.from.number).unwrap_or_default()),
        Whose::Line => Some(kind_of_line(call)),
        Whose::Dialled(field) => {
            let number = party::noted(call, DIALLED).unwrap_or_else(|| call.dialed());
            party::read(call, &CallerId::new("", number), "CALLERID dnid-", field)
        }
    };
    found.ok_or_else(|| unknown(arguments))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let call = scope.call;
    let value = value.trim();
    let datatype = datatype(arguments);
    let change = match whose(&datatype) {
        Whose::Caller("tag") => {
            call.set_caller_tag(value);
            Change::Noted
        }
        Whose::Caller(field) => {
            let mut caller = call.caller();
            let change = party::write(call, &mut caller, CALLER, field, value);
            if let Change::Party = change {
                keep_payer(call);
                call.set_caller(caller);
            }
            change
        }
        Whose::Payer(field) => {
            let mut payer = party::noted_party(call, ANI).unwrap_or_else(|| call.caller());
            let change = party::write(call, &mut payer, "CALLERID ani-", field, value);
            party::note_party(call, ANI, &payer);
            change
        }
        Whose::Private(field) => {
            let mut private = party::noted_party(call, PRIVATE).unwrap_or_default();
            let change = party::write(call, &mut private, "CALLERID priv-", field, value);
            party::note_party(call, PRIVATE, &private);
            change
        }
        Whose::Redirecting => {
            let mut passed = call.redirecting().unwrap_or_default();
            value.clone_into(&mut passed.from.number);
            passed.count = passed.count.max(1);
            call.set_redirecting(Some(passed));
            Change::Noted
        }
        Whose::Line => {
            if value.parse::<u16>().is_err() {
                return Err(FunctionError::arguments(NAME, arguments, format!("'{value}' is no number")));
            }
            party::note(call, ANI2, value);
            Change::Noted
        }
        Whose::Dialled("num") => {
            party::note(call, DIALLED, value);
            Change::Noted
        }
        Whose::Dialled(field) => party::write(call, &mut CallerId::default(), "CALLERID dnid-", field, value),
    };
    match change {
        Change::Party | Change::Noted => Ok(()),
        Change::Refused(problem) => Err(FunctionError::arguments(NAME, arguments, problem)),
    }
}

/// Who pays stays who called, whatever the dialplan calls the caller from now on.
fn keep_payer(call: &Call) {
    let caller = call.caller();
    if party::noted(call, ANI).is_none() && !caller.number.is_empty() {
        party::note_party(call, ANI, &caller);
    }
}

fn datatype(arguments: &str) -> String {
    arguments.split(',').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unknown(arguments: &str) -> FunctionError {
    let problem = format!("known are {}; with priv- or ANI- before them; ANI2, RDNIS and DNID", party::KNOWN);
    FunctionError::arguments(NAME, arguments, problem)
}
