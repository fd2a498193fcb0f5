//! `STIR_SHAKEN(count)`, `STIR_SHAKEN(n,identity|attestation|verify_result)`: what was thought of the caller's identity.
//! `STIR_SHAKEN_ATTESTATION(suppress)`: nobody vouches for the callers of the calls that the channel makes, nor in the routine of `Dial`'s
//! option `b` for that of its own.

use call_control::sip::Conversation;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "STIR_SHAKEN";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let judged = scope.call.identity_verifications();
    let (place, wanted) = arguments.split_once(',').unwrap_or((arguments, ""));
    if place.trim().eq_ignore_ascii_case("count") {
        return Ok(judged.len().to_string());
    }
    let odd = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let place: usize =
        place.trim().parse().map_err(|_| odd("write count, or the number of an identity, from 0"))?;
    // Where there are fewer, there is nothing to say.
    let Some(one) = judged.into_iter().nth(place) else { return Ok(String::new()) };
    match wanted.trim().to_ascii_lowercase().as_str() {
        "identity" => Ok(one.identity),
        "attestation" => Ok(one.attestation),
        "verify_result" => Ok(one.result),
        _ => Err(odd("known are identity, attestation and verify_result")),
    }
}

const ATTESTATION: &str = "STIR_SHAKEN_ATTESTATION";

pub(super) fn attestation(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    suppress(arguments)?;
    Ok(if Conversation::of(scope.call).suppresses_attestation() { "yes" } else { "no" }.to_owned())
}

pub(super) fn set_attestation(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    suppress(arguments)?;
    let is_wanted = asterisk_conf::boolean(value.trim())
        .ok_or_else(|| FunctionError::arguments(ATTESTATION, arguments, "it is set to yes or no"))?;
    Conversation::of(scope.call).suppress_attestation(is_wanted);
    Ok(())
}

fn suppress(arguments: &str) -> Written {
    match arguments.trim().eq_ignore_ascii_case("suppress") {
        true => Ok(()),
        false => Err(FunctionError::arguments(ATTESTATION, arguments, "known is suppress")),
    }
}
