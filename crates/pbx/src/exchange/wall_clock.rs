//! The time of day, as dialplans see it.

use std::time::SystemTime;

use call_control::Call;
use dialplan_vm::LocalTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tokio::time::Instant;

/// What the clock on the wall says: that of the machine, or one that was set for a rehearsal and goes with the runtime's.
#[derive(Clone, Debug, Default)]
pub struct WallClock(Option<Set>);

#[derive(Clone, Debug)]
struct Set {
    to: Zoned,
    at: Instant,
}

impl WallClock {
    /// A clock that says `to` now, and goes on from there in that time zone.
    pub fn set_to(to: Zoned) -> Self {
        Self(Some(Set { to, at: Instant::now() }))
    }

    /// Whether it was set.
    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The moment.
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            None => SystemTime::now(),
            Some(set) => SystemTime::from(set.to.timestamp()) + set.at.elapsed(),
        }
    }

    /// The time here, or in `zone` (`Europe/Paris`). `None` when the zone is unknown.
    pub fn zoned(&self, zone: Option<&str>) -> Option<Zoned> {
        let now = Timestamp::try_from(self.now()).ok()?;
        match (zone, &self.0) {
            (Some(zone), _) => now.in_tz(zone).ok(),
            (None, Some(set)) => Some(now.to_zoned(set.to.time_zone().clone())),
            (None, None) => Some(now.to_zoned(TimeZone::system())),
        }
    }

    /// The same as conditions on the time want it.
    pub fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        of(&self.zoned(zone)?)
    }

    /// The same for a channel, which may live in another time by `TESTTIME`: seconds since 1970.
    pub(crate) fn local_time_of(&self, call: &Call, zone: Option<&str>) -> Option<LocalTime> {
        let tried = call.variable("TESTTIME").and_then(|text| text.parse().ok());
        match (tried.and_then(|seconds| Timestamp::from_second(seconds).ok()), zone) {
            (None, _) => self.local_time(zone),
            (Some(moment), None) => of(&moment.to_zoned(TimeZone::system())),
            (Some(moment), Some(zone)) => of(&moment.in_tz(zone).ok()?),
        }
    }
}

fn of(now: &Zoned) -> Option<LocalTime> {
    let hours = u16::try_from(now.hour()).ok()?;
    let minutes = u16::try_from(now.minute()).ok()?;
    Some(LocalTime {
        month: u8::try_from(now.month()).ok()?,
        day: u8::try_from(now.day()).ok()?,
        weekday: u8::try_from(now.weekday().to_sunday_zero_offset()).ok()?,
        minute: hours * 60 + minutes,
    })
}

impl dialplan_vm::Clock for WallClock {
    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.local_time(zone)
    }
}
