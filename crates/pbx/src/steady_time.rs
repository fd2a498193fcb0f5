//! Wall time that nobody sets: what ends after so many seconds ends then, whatever becomes of the clock.
//!
//! Small machines start in 1970, or where they were switched off, and get the time from the network when phones have registered; a
//! virtual machine that was moved, or a hand, sets it as well. To look at the wall clock alone would end all contacts in that moment,
//! or let them live for years.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

/// The wall time of the first look, and the time since the machine started at that moment.
static FIRST_LOOK: LazyLock<(SystemTime, Duration)> = LazyLock::new(|| (SystemTime::now(), since_start()));

/// The wall time as it would be if the clock had not been set since the program began.
pub(crate) fn now() -> SystemTime {
    let (wall, start) = *FIRST_LOOK;
    wall + since_start().saturating_sub(start)
}

/// A moment of steady time as the clock on the wall has it by now.
pub(crate) fn on_the_wall(moment: SystemTime) -> SystemTime {
    moved(moment, now(), SystemTime::now())
}

/// Clocks that are no further apart count as one: a clock that is only regulated goes a little faster or slower.
const ALIKE: Duration = Duration::from_secs(1);

/// A moment of a clock that says `from`, on one that says `to` at the same time.
pub(crate) fn moved(moment: SystemTime, from: SystemTime, to: SystemTime) -> SystemTime {
    match to.duration_since(from) {
        Ok(ahead) if ahead > ALIKE => moment + ahead,
        Err(behind) if behind.duration() > ALIKE => moment.checked_sub(behind.duration()).unwrap_or(moment),
        _ => moment,
    }
}

/// Time since the machine started, with the time for which it slept.
fn since_start() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_like_the_wall_clock() {
        let (first, wall) = (now(), SystemTime::now());
        let apart = wall.duration_since(first).unwrap_or_else(|later| later.duration());
        assert!(apart < Duration::from_secs(5), "{apart:?}");
        assert!(now() >= first);
    }

    #[test]
    fn a_moment_moves_with_a_clock_that_was_set() {
        let (now, moment) = (SystemTime::now(), SystemTime::now() - Duration::from_secs(60));
        let hour = Duration::from_secs(3_600);
        assert_eq!(moved(moment, now, now + hour), moment + hour);
        assert_eq!(moved(moment, now, now - hour), moment - hour);
        assert_eq!(moved(moment, now, now + Duration::from_millis(900)), moment);
    }
}
