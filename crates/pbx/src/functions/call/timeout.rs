//! `TIMEOUT(absolute|digit|response)`: how long the call may last, and how long the caller has for the next digit and for
//! the first one; all in seconds, fractions allowed.

use std::time::Duration;

use tokio::time::Instant;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "TIMEOUT";

/// Longest time that can be set, in seconds: thirty days.
const LONGEST: f64 = 30.0 * 86_400.0;

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let left = match kind(arguments)? {
        Kind::Absolute => match *scope.ends_at {
            Some(at) => at.saturating_duration_since(Instant::now()),
            None => return Ok("0".to_owned()),
        },
        Kind::Digit => *scope.digit_timeout,
        Kind::Response => *scope.response_timeout,
    };
    Ok(format!("{:.3}", left.as_secs_f64()))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let seconds = value.trim().parse::<f64>().ok().filter(|s| *s >= 0.0).ok_or_else(|| {
        FunctionError::arguments(NAME, arguments, format!("'{value}' is no number of seconds"))
    })?;
    let time = Duration::from_secs_f64(seconds.min(LONGEST));
    match kind(arguments)? {
        // 0 lets the call last as long as it likes.
        Kind::Absolute => *scope.ends_at = (!time.is_zero()).then(|| Instant::now() + time),
        Kind::Digit => *scope.digit_timeout = time,
        Kind::Response => *scope.response_timeout = time,
    }
    Ok(())
}

enum Kind {
    Absolute,
    Digit,
    Response,
}

fn kind(arguments: &str) -> Result<Kind, FunctionError> {
    match arguments.trim().to_ascii_lowercase().as_str() {
        "absolute" => Ok(Kind::Absolute),
        "digit" => Ok(Kind::Digit),
        "response" => Ok(Kind::Response),
        _ => Err(FunctionError::arguments(NAME, arguments, "known are absolute, digit and response")),
    }
}
