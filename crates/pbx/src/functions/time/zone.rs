//! Zones by their names.

use jiff::tz::TimeZone;

use crate::functions::FunctionError;

/// The zone of that name; that of the machine where none is named.
pub(super) fn named(function: &'static str, name: &str) -> Result<TimeZone, FunctionError> {
    if name.is_empty() {
        return Ok(TimeZone::system());
    }
    TimeZone::get(name).map_err(|_| {
        FunctionError::arguments(function, name, "there is no such time zone; write one as in Europe/Paris")
    })
}
