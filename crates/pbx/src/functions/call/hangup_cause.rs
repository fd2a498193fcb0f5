//! `HANGUPCAUSE(channel[,tech|ast])`, `HANGUPCAUSE_KEYS()`: what became of the calls that the channel made, in the words of the
//! technology (`SIP 486 Busy Here`) or as a cause of Q.850.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    let bad = |problem: &str| FunctionError::arguments("HANGUPCAUSE", arguments, problem);
    if given.at(0).is_empty() {
        return Err(bad("name a channel, as HANGUPCAUSE_KEYS() tells them"));
    }
    let outcome = scope.call.outcomes().into_iter().find(|outcome| outcome.channel == given.at(0));
    match given.at(1).to_ascii_lowercase().as_str() {
        "" | "tech" => Ok(outcome.map(|outcome| outcome.technology).unwrap_or_default()),
        "ast" => Ok(outcome.map(|outcome| outcome.cause.code().to_string()).unwrap_or_default()),
        _ => Err(bad("the type is tech or ast")),
    }
}

pub(super) fn keys(scope: &mut FunctionScope<'_>, _: &str) -> Value {
    let channels: Vec<String> = scope.call.outcomes().into_iter().map(|outcome| outcome.channel).collect();
    Ok(channels.join(","))
}
