//! `times,weekdays,days,months[,zone]`: when an include is open.

/// A moment by the clock on the wall, in some time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// 0 is Sunday, 6 is Saturday.
    pub weekday: u8,
    /// Minutes since midnight, 0 to 1,439.
    pub minute: u16,
}

/// Knows the time, where somebody does.
pub trait Clock {
    /// The local time in a zone of the tz database, or in that of the machine. `None`: unknown, and then every
    /// [`TimeCondition`] holds.
    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime>;
}

/// The clock of who has none: every time condition holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoClock;

impl Clock for NoClock {
    fn local_time(&self, _zone: Option<&str>) -> Option<LocalTime> {
        None
    }
}

/// A condition on the time, as `include` and `GotoIfTime` write it: `9:00-17:00,mon-fri,*,*`.
///
/// Each part is `*`, a value, a range (which may go round: `fri-mon`), or several joined by `&`. Both ends of a
/// range belong to it. Parts that are missing hold always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeCondition {
    text: String,
    /// Ranges of minutes, both ends included; none: any time.
    times: Vec<(u16, u16)>,
    /// Bit 0 is Sunday.
    weekdays: u8,
    /// Bit 1 is the first.
    days: u32,
    /// Bit 1 is January.
    months: u16,
    zone: Option<String>,
}

/// A part of a time condition that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct TimeError {
    text: String,
    expected: &'static str,
}

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl TimeCondition {
    /// Reads `times[,weekdays[,days[,months[,zone]]]]`.
    ///
    /// # Errors
    /// [`TimeError`] names the part that cannot be read and what was expected there.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let mut parts = text.splitn(5, ',').map(str::trim);
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let times = each(next(), times)?;
        let weekdays =
            each(next(), |part| cycle(part, 0, 6, "a weekday such as `mon` or `mon-fri`", weekday))?;
        let days = each(next(), |part| cycle(part, 1, 31, "a day of the month such as `1` or `1-15`", day))?;
        let months = each(next(), |part| cycle(part, 1, 12, "a month such as `jan` or `jan-mar`", month))?;
        let mask =
            |parts: Option<Vec<u32>>| parts.map_or(u32::MAX, |parts| parts.into_iter().fold(0, |a, b| a | b));
        Ok(Self {
            text: text.to_owned(),
            times: times.unwrap_or_default(),
            weekdays: mask(weekdays) as u8,
            days: mask(days),
            months: mask(months) as u16,
            zone: next().map(str::to_owned),
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The time zone it names.
    pub fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// Whether it holds at a moment, which is to be in its [zone](Self::zone).
    pub fn holds_at(&self, time: &LocalTime) -> bool {
        let in_range = |&(from, to): &(u16, u16)| {
            if from <= to {
                (from..=to).contains(&time.minute)
            } else {
                time.minute >= from || time.minute <= to
            }
        };
        (self.times.is_empty() || self.times.iter().any(in_range))
            && bit(self.weekdays.into(), time.weekday)
            && bit(self.days, time.day)
            && bit(self.months.into(), time.month)
    }

    /// Whether it holds by a clock; where the clock is silent, it does.
    pub fn holds(&self, clock: &dyn Clock) -> bool {
        clock.local_time(self.zone()).is_none_or(|time| self.holds_at(&time))
    }
}

fn bit(mask: u32, index: u8) -> bool {
    mask.checked_shr(index.into()).is_some_and(|shifted| shifted & 1 == 1)
}

/// Reads the pieces between `&`; `None` where any value will do.
fn each<T>(
    part: Option<&str>,
    read: impl Fn(&str) -> Result<T, TimeError>,
) -> Result<Option<Vec<T>>, TimeError> {
    match part {
        None | Some("*") => Ok(None),
        Some(part) => part.split('&').map(|piece| read(piece.trim())).collect::<Result<_, _>>().map(Some),
    }
}

fn times(piece: &str) -> Result<(u16, u16), TimeError> {
    let error = || TimeError { text: piece.to_owned(), expected: "a range of times such as `9:00-17:00`" };
    let (from, to) = piece.split_once('-').unwrap_or((piece, piece));
    Ok((minute(from).ok_or_else(error)?, minute(to).ok_or_else(error)?))
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    (hour < 24 && minute < 60).then(|| hour * 60 + minute)
}

/// A value or a range that may go round, as bits.
fn cycle(
    piece: &str,
    low: u32,
    high: u32,
    expected: &'static str,
    read: impl Fn(&str) -> Option<u32>,
) -> Result<u32, TimeError> {
    let error = || TimeError { text: piece.to_owned(), expected };
    let (from, to) = piece.split_once('-').unwrap_or((piece, piece));
    let (from, to) = (read(from.trim()).ok_or_else(error)?, read(to.trim()).ok_or_else(error)?);
    let mut bits = 1 << from;
    let mut at = from;
    while at != to {
        at = if at == high { low } else { at + 1 };
        bits |= 1 << at;
    }
    Ok(bits)
}

fn weekday(text: &str) -> Option<u32> {
    name(text, &WEEKDAYS)
}

fn month(text: &str) -> Option<u32> {
    name(text, &MONTHS).map(|index| index + 1)
}

fn day(text: &str) -> Option<u32> {
    text.parse().ok().filter(|day| (1..=31).contains(day))
}

fn name(text: &str, names: &[&str]) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    names.iter().position(|name| text.starts_with(name)).map(|index| index as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, (month, day, weekday, hour, minute): (u8, u8, u8, u16, u16)) -> bool {
        let time = LocalTime { month, day, weekday, minute: hour * 60 + minute };
        TimeCondition::parse(condition).unwrap().holds_at(&time)
    }

    #[test]
    fn conditions_hold_within_their_ranges() {
        let wednesday_noon = (11, 18, 3, 12, 0);
        assert!(holds("9:00-17:00,mon-fri,*,*", wednesday_noon));
        assert!(!holds("9:00-17:00,sat-sun,*,*", wednesday_noon));
        assert!(holds("*,fri-wed", wednesday_noon) && !holds("*,fri-tue", wednesday_noon));
        assert!(holds("22:00-6:00", (1, 1, 0, 23, 30)) && !holds("22:00-6:00", (1, 1, 0, 7, 0)));
        assert!(holds("9:00-12:00", wednesday_noon) && !holds("9:00-11:59", wednesday_noon));
        assert!(holds("*,*,15-20,nov-jan", wednesday_noon) && !holds("*,*,1-15&31,*", wednesday_noon));
        assert!(holds("9:00-10:00&11:00-13:00,*,*,*", wednesday_noon));
    }

    #[test]
    fn zones_and_errors() {
        let condition = TimeCondition::parse("*,*,*,*,Europe/Paris").unwrap();
        assert_eq!(condition.zone(), Some("Europe/Paris"));
        assert!(condition.holds(&NoClock));
        let error = |text: &str| TimeCondition::parse(text).unwrap_err().to_string();
        assert_eq!(error("9-17,*,*,*"), "`9-17` is not a range of times such as `9:00-17:00`");
        assert_eq!(error("*,noday"), "`noday` is not a weekday such as `mon` or `mon-fri`");
        assert_eq!(error("*,*,32"), "`32` is not a day of the month such as `1` or `1-15`");
        assert!(error("*,*,*,foo").contains("month"));
        assert!(error("65535:00-1:00").contains("range of times"));
    }
}
