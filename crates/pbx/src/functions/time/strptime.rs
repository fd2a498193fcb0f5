//! `STRPTIME(datetime,timezone,format)`: seconds since 1970 of the moment that a text names; nothing where it names none.

use jiff::civil::Time;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::zone;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "STRPTIME";

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    if given.at(0).is_empty() || given.at(2).is_empty() {
        let how =
            "write STRPTIME(datetime,timezone,format), as in STRPTIME(2026-01-31 12:00,,%Y-%m-%d %H:%M)";
        return Err(FunctionError::arguments(NAME, arguments, how));
    }
    let zone = zone::named(NAME, given.at(1))?;
    seconds(given.at(2), given.at(0), zone)
        .map(|seconds| seconds.to_string())
        .ok_or_else(|| FunctionError::arguments(NAME, arguments, "the text is not written in the format"))
}

/// A text may go on behind what the format names.
fn seconds(format: &str, text: &str, zone: TimeZone) -> Option<i64> {
    let format = format.replace("%c", "%a %b %e %H:%M:%S %Y").replace("%r", "%I:%M:%S %p");
    let (parsed, _) = BrokenDownTime::parse_prefix(&format, text).ok()?;
    if let Ok(moment) = parsed.to_timestamp() {
        // It names its offset, or is a number of seconds itself.
        return Some(moment.as_second());
    }
    let time = parsed.to_time().unwrap_or(Time::midnight());
    let moment = parsed.to_date().ok()?.to_datetime(time).to_zoned(zone).ok()?;
    Some(moment.timestamp().as_second())
}
