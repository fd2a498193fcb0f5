//! The time of day that dialplans see.

use dialplan_vm::LocalTime;
use jiff::Zoned;

/// The local time, or that of `zone` (`Europe/Paris`). `None` when the zone is unknown.
pub(super) fn local_time(zone: Option<&str>) -> Option<LocalTime> {
    let now = match zone {
        Some(zone) => Zoned::now().in_tz(zone).ok()?,
        None => Zoned::now(),
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
