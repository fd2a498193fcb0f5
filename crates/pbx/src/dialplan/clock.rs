//! The time of day that dialplans see.

use call_control::Call;
use dialplan_vm::LocalTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The local time, or that of `zone` (`Europe/Paris`). `None` when the zone is unknown.
pub(super) fn local_time(zone: Option<&str>) -> Option<LocalTime> {
    of(Zoned::now(), zone)
}

/// The same for a channel, which may live in another time by `TESTTIME`: seconds since 1970.
pub(super) fn local_time_of(call: &Call, zone: Option<&str>) -> Option<LocalTime> {
    let tried = call.variable("TESTTIME").and_then(|text| text.parse().ok());
    match tried.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        Some(moment) => of(moment.to_zoned(TimeZone::system()), zone),
        None => local_time(zone),
    }
}

fn of(now: Zoned, zone: Option<&str>) -> Option<LocalTime> {
    let now = match zone {
        Some(zone) => now.in_tz(zone).ok()?,
        None => now,
    };
    let hours = u16::try_from(now.hour()).ok()?;
    let minutes = u16::try_from(now.minute()).ok()?;
    Some(LocalTime {
        month: u8::try_from(now.month()).ok()?,
        day: u8::try_from(now.day()).ok()?,
        weekday: u8::try_from(now.weekday().to_sunday_zero_offset()).ok()?,
        minute: hours * 60 + minutes,
    })
}
