//! Dates, and times to wait.

use core::fmt;

use super::TypedHeader;
use crate::error::HeaderError;
use crate::header::{HeaderName, Params};
use crate::scan;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// When the message was first sent, always in GMT (RFC 3261 §20.17).
///
/// ```
/// use sip_parser::typed::{Date, TypedHeader};
/// let date = Date::parse("Sat, 13 Nov 2010 23:29:00 GMT")?;
/// assert_eq!((date.year, date.month, date.day, date.hour), (2010, 11, 13, 23));
/// assert_eq!(date.to_string(), "Sat, 13 Nov 2010 23:29:00 GMT");
/// # Ok::<(), sip_parser::HeaderError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 0 for Monday to 6 for Sunday, as written.
    pub weekday: u8,
    /// 1 to 31.
    pub day: u8,
    /// 1 to 12.
    pub month: u8,
    /// Four digits.
    pub year: u16,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
}

impl TypedHeader<'_> for Date {
    const NAME: HeaderName = HeaderName::Date;
    const LIST: bool = false;

    fn parse(value: &str) -> Result<Self, HeaderError> {
        read_date(value)
            .ok_or(HeaderError::malformed("Date", "write a date in GMT, as in Sat, 13 Nov 2010 23:29:00 GMT"))
    }
}

fn read_date(value: &str) -> Option<Date> {
    let place = |table: &[&str], word: &str| table.iter().position(|known| known.eq_ignore_ascii_case(word));
    let (weekday, rest) = value.split_once(',')?;
    let mut words = rest.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let (time, zone) = (words.next()?, words.next()?);
    let mut parts = time.split(':');
    let mut part = |most: u8| scan::number(parts.next()?).filter(|number| *number <= most);
    let date = Date {
        weekday: u8::try_from(place(&WEEKDAYS, weekday.trim_ascii())?).ok()?,
        day: scan::number(day).filter(|day| (1..=31).contains(day))?,
        month: u8::try_from(place(&MONTHS, month)? + 1).ok()?,
        year: scan::number(year).filter(|_| year.len() == 4)?,
        hour: part(23)?,
        minute: part(59)?,
        second: part(60)?,
    };
    let ends = words.next().is_none() && parts.next().is_none();
    (ends && zone.eq_ignore_ascii_case("GMT")).then_some(date)
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, year, hour, minute, second, .. } = self;
        let weekday = WEEKDAYS.get(usize::from(self.weekday)).unwrap_or(&"Mon");
        let month = MONTHS.get(usize::from(self.month).wrapping_sub(1)).unwrap_or(&"Jan");
        write!(f, "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

/// How long to wait before trying again (RFC 3261 §20.33).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter<'m> {
    /// Seconds.
    pub seconds: u32,
    /// The words in parentheses.
    pub comment: Option<&'m str>,
    /// Seconds that the called will then be reachable.
    pub duration: Option<u32>,
}

impl<'m> TypedHeader<'m> for RetryAfter<'m> {
    const NAME: HeaderName = HeaderName::RetryAfter;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        const PROBLEM: HeaderError = HeaderError::malformed("Retry-After", "write a number of seconds");
        let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
        let (seconds, rest) = value.split_at(digits);
        let rest = rest.trim_ascii_start();
        let (comment, params) = match rest.strip_prefix('(') {
            Some(open) => {
                let (comment, params) = open.rsplit_once(')').ok_or(PROBLEM)?;
                (Some(comment), params.trim_ascii_start())
            }
            None => (None, rest),
        };
        if !params.is_empty() && !params.starts_with(';') {
            return Err(PROBLEM);
        }
        let duration = match Params(params).get("duration") {
            Some(text) => Some(text.and_then(scan::seconds).ok_or(PROBLEM)?),
            None => None,
        };
        Ok(Self { seconds: scan::seconds(seconds).ok_or(PROBLEM)?, comment, duration })
    }
}

impl fmt::Display for RetryAfter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seconds.fmt(f)?;
        if let Some(comment) = self.comment {
            write!(f, " ({comment})")?;
        }
        match self.duration {
            Some(duration) => write!(f, ";duration={duration}"),
            None => Ok(()),
        }
    }
}

/// When the client sent the request, by its own clock, and how long the server took (RFC 3261 §20.38). Both are sent
/// back as they came, so they are kept as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp<'m> {
    /// Seconds, with or without a fraction.
    pub time: &'m str,
    /// Seconds, with or without a fraction.
    pub delay: Option<&'m str>,
}

impl<'m> TypedHeader<'m> for Timestamp<'m> {
    const NAME: HeaderName = HeaderName::Timestamp;
    const LIST: bool = false;

    fn parse(value: &'m str) -> Result<Self, HeaderError> {
        let number = |text: &str| {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            text.bytes().any(|byte| byte.is_ascii_digit()) && digits(whole) && digits(part)
        };
        let mut words = value.split_ascii_whitespace();
        let (time, delay) = (words.next().unwrap_or_default(), words.next());
        match number(time) && delay.is_none_or(number) && words.next().is_none() {
            true => Ok(Self { time, delay }),
            false => Err(HeaderError::malformed("Timestamp", "write seconds, and the delay in seconds")),
        }
    }
}

impl fmt::Display for Timestamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.time)?;
        match self.delay {
            Some(delay) => write!(f, " {delay}"),
            None => Ok(()),
        }
    }
}
