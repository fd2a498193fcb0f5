//! `STIR_SHAKEN(count)`, `STIR_SHAKEN(n,identity|attestation|verify_result)`: what was thought of the caller's identity.

use crate::functions::{FunctionError, FunctionScope, Value};

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
