//! `REDIRECTING(datatype[,i])`: who passed the call on (`from-`), to whom (`to-`), who was called first of all (`orig-`), why
//! (`reason`) and how often (`count`). The calls that the channel makes tell it. `i` is accepted and means nothing: the channel's
//! own phone is not told of it.

use call_control::{CallerId, Redirecting};

use super::party::{self, Change};
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "REDIRECTING";

/// Reasons as dialplans name them, and as RFC 5806 does.
const REASONS: &[(&str, &str)] = &[
    ("unknown", "unknown"),
    ("cfb", "user-busy"),
    ("cfnr", "no-answer"),
    ("cfu", "unconditional"),
    ("deflection", "deflection"),
    ("unavailable", "unavailable"),
    ("time_of_day", "time-of-day"),
    ("dnd", "do-not-disturb"),
    ("follow_me", "follow-me"),
    ("out_of_order", "out-of-service"),
    ("away", "away"),
];

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let call = scope.call;
    let field = field(arguments);
    let redirecting = call.redirecting().unwrap_or_default();
    let found = match field.as_str() {
        "count" => Some(redirecting.count.to_string()),
        "reason" | "orig-reason" => {
            let reason = match field.as_str() {
                "reason" => redirecting.reason,
                _ => party::noted(call, "REDIRECTING orig-reason").unwrap_or_default(),
            };
            let known = REASONS.iter().find(|(_, word)| *word == reason).map(|(word, _)| *word);
            Some(match known {
                Some(word) => word.to_owned(),
                None if reason.is_empty() => "unknown".to_owned(),
                // One of somebody's own.
                None => reason,
            })
        }
        // Who calls is called first of all where nobody else was.
        field => match party_of(field) {
            Some(("from", rest)) => party::read(call, &redirecting.from, "REDIRECTING from-", rest),
            Some((whose, rest)) => {
                let other = party::noted_party(call, &format!("{NAME} {whose}")).unwrap_or_default();
                party::read(call, &other, &format!("{NAME} {whose}-"), rest)
            }
            None => None,
        },
    };
    found.ok_or_else(|| unknown(arguments))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let call = scope.call;
    let (field, value) = (field(arguments), value.trim());
    let mut redirecting = call.redirecting().unwrap_or_default();
    match field.as_str() {
        "count" => {
            redirecting.count = value
                .parse()
                .map_err(|_| FunctionError::arguments(NAME, arguments, format!("'{value}' is no number")))?;
        }
        "reason" | "orig-reason" => {
            let word = value.to_ascii_lowercase();
            let known = REASONS.iter().find(|(known, rfc)| *known == word || *rfc == word);
            let reason = match known {
                Some((_, rfc)) => *rfc,
                None if !value.is_empty() => value,
                None => {
                    let words: Vec<&str> = REASONS.iter().map(|(word, _)| *word).collect();
                    let problem = format!("write a word; known are {}", words.join(", "));
                    return Err(FunctionError::arguments(NAME, arguments, problem));
                }
            };
            if field == "orig-reason" {
                party::note(call, "REDIRECTING orig-reason", reason);
                return Ok(());
            }
            reason.clone_into(&mut redirecting.reason);
        }
        field => {
            let (whose, rest) = party_of(field).ok_or_else(|| unknown(arguments))?;
            let name = format!("{NAME} {whose}");
            let mut other: CallerId = match whose {
                "from" => redirecting.from.clone(),
                _ => party::noted_party(call, &name).unwrap_or_default(),
            };
            if let Change::Refused(problem) = party::write(call, &mut other, &format!("{name}-"), rest, value)
            {
                return Err(FunctionError::arguments(NAME, arguments, problem));
            }
            if whose != "from" {
                party::note_party(call, &name, &other);
                return Ok(());
            }
            redirecting.from = other;
        }
    }
    let is_empty = redirecting == Redirecting::default();
    call.set_redirecting(Some(redirecting).filter(|_| !is_empty));
    Ok(())
}

/// Whose field it is, and which.
fn party_of(field: &str) -> Option<(&str, &str)> {
    for whose in ["priv-orig", "priv-from", "priv-to", "orig", "from", "to"] {
        if let Some(rest) = field.strip_prefix(whose).and_then(|rest| rest.strip_prefix('-')) {
            return Some((whose, rest));
        }
    }
    None
}

fn field(arguments: &str) -> String {
    arguments.split(',').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn unknown(arguments: &str) -> FunctionError {
    let problem =
        format!("known are reason, count, and with from-, to-, orig- or priv- before them {}", party::KNOWN);
    FunctionError::arguments(NAME, arguments, problem)
}
