//! Dates and times, in the letters of `SayUnixTime` and of `voicemail.conf`.

mod format;

use jiff::Zoned;
use jiff::civil::Date;

pub use format::{Format, Part};

use crate::language::Rules;
use crate::{Gender, Language, Prompt};

impl Language {
    /// How a date and time are given where nobody says how.
    pub fn date_format(self) -> Format {
        Format::parse(self.rules().date_format())
    }

    /// A moment, as `format` wants it, in the time zone that it carries: `SayUnixTime`. `now` is what "today" is measured by.
    pub fn date(self, format: &Format, moment: &Zoned, now: &Zoned) -> Vec<Prompt> {
        let mut speech = Speech { language: self, moment, now, out: Vec::new() };
        for part in format.parts() {
            speech.say(part);
        }
        speech.out
    }
}

/// A moment on its way into words.
struct Speech<'m> {
    language: Language,
    moment: &'m Zoned,
    now: &'m Zoned,
    out: Vec<Prompt>,
}

impl Speech<'_> {
    fn rules(&self) -> &'static dyn Rules {
        self.language.rules()
    }

    fn say(&mut self, part: &Part) {
        let (moment, rules) = (self.moment, self.rules());
        let hour = unsigned(moment.hour());
        let out = &mut self.out;
        match part {
            Part::Weekday => out.push(weekday(moment.date())),
            Part::Month => out.push(format!("digits/mon-{}", moment.month() - 1).into()),
            Part::MonthNumber => rules.ordinal(unsigned(moment.month()), Gender::Common, out),
            Part::Day => rules.day(unsigned(moment.day()), out),
            Part::Year => self.say_year(),
            Part::HourOf12 => rules.hour_of_12((hour + 11) % 12 + 1, out),
            Part::HourOf24 => rules.hour_of_24(hour, true, out),
            Part::HourOf24Plain => rules.hour_of_24(hour, false, out),
            Part::Minute => rules.minute(unsigned(moment.minute()), false, out),
            Part::MinuteMilitary => rules.minute(unsigned(moment.minute()), true, out),
            Part::HalfOfDay => out.push(if hour < 12 { "digits/a-m" } else { "digits/p-m" }.into()),
            Part::Second => rules.second(unsigned(moment.second()), out),
            Part::DayOrDate => self.say_day(false),
            Part::WeekdayOrDate => self.say_day(true),
            Part::Sound(name) => out.push(name.clone().into()),
        }
    }

    fn say_year(&mut self) {
        let year = i64::from(self.moment.year());
        match u64::try_from(year) {
            Ok(year) => self.rules().year(year, &mut self.out),
            Err(_) => self.out.extend(self.language.number(year, Gender::Common)),
        }
    }

    /// "Today", "yesterday", the name of the day within a week where `weekdays` says so, or else the date. With weekdays
    /// nothing is said of today.
    fn say_day(&mut self, weekdays: bool) {
        let days_ago = days_between(self.moment.date(), self.now.date());
        match days_ago {
            0 if weekdays => {}
            0 => self.out.push("digits/today".into()),
            1 => self.out.push("digits/yesterday".into()),
            -1 if self.rules().has_tomorrow() => self.out.push("digits/tomorrow".into()),
            2..=6 if weekdays => self.out.push(weekday(self.moment.date())),
            _ => {
                for part in self.language.date_format().parts() {
                    if part.is_of_the_date() {
                        self.say(part);
                    }
                }
            }
        }
    }
}

/// From Sunday, which is 0.
fn weekday(date: Date) -> Prompt {
    format!("digits/day-{}", date.weekday().to_sunday_zero_offset()).into()
}

/// Whole days from `from` to `to`.
fn days_between(from: Date, to: Date) -> i64 {
    // Two dates of jiff are at most twenty thousand years apart, which fits.
    from.duration_until(to).as_hours() / 24
}

/// A part of a date, which is never negative.
fn unsigned(part: i8) -> u64 {
    u64::from(part.unsigned_abs())
}

#[cfg(test)]
mod tests;
