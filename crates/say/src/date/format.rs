//! The letters of a format, and what each of them stands for.

use crate::Prompt;

/// A part of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// `A`, `a`: the day of the week.
    Weekday,
    /// `B`, `b`, `h`: the name of the month.
    Month,
    /// `m`: the number of the month, as a place.
    MonthNumber,
    /// `d`, `e`: the day of the month.
    Day,
    /// `Y`: the year.
    Year,
    /// `I`, `l`: the hour, from 1 to 12.
    HourOf12,
    /// `H`: the hour, from 0 to 23.
    HourOf24,
    /// `k`: the same, without a zero before it.
    HourOf24Plain,
    /// `M`: the minute.
    Minute,
    /// `N`: the minute, the full hour as hundreds.
    MinuteMilitary,
    /// `P`, `p`: before or after noon.
    HalfOfDay,
    /// `S`: the second.
    Second,
    /// `Q`: today, yesterday, or the date.
    DayOrDate,
    /// `q`: nothing for today, yesterday, the day of the week within a week, or the date.
    WeekdayOrDate,
    /// `'name'`: a sound.
    Sound(String),
}

impl Part {
    /// True for what belongs to a date alone.
    pub(super) fn is_of_the_date(&self) -> bool {
        match self {
            Self::Weekday | Self::Month | Self::MonthNumber | Self::Day | Self::Year => true,
            // Words between the parts of a date belong to it; "at" leads to the time.
            Self::Sound(name) => name != "digits/at",
            _ => false,
        }
    }
}

/// A format of dates and times: `ABdY 'digits/at' IMp`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Format {
    parts: Vec<Part>,
    unknown: Vec<char>,
}

impl Format {
    /// Reads a format. Blanks mean nothing, and nor do letters that stand for nothing: [`unknown`](Self::unknown) names them.
    ///
    /// ```
    /// use say::{Format, Part};
    ///
    /// let format = Format::parse("R 'vm-for' x");
    /// assert_eq!(format.parts(), [Part::HourOf24, Part::Minute, Part::Sound("vm-for".into())]);
    /// assert_eq!(format.unknown(), ['x']);
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut format = Self::default();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            match letter {
                '\'' => {
                    // Without a second quote the rest is the name.
                    let name: String = rest.by_ref().take_while(|c| *c != '\'').collect();
                    if !name.trim().is_empty() {
                        format.parts.push(Part::Sound(name.trim().to_owned()));
                    }
                }
                blank if blank.is_whitespace() => {}
                letter => match parts_of(letter) {
                    [] => format.unknown.push(letter),
                    parts => format.parts.extend_from_slice(parts),
                },
            }
        }
        format
    }

    /// What is said, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Letters that stand for nothing.
    pub fn unknown(&self) -> &[char] {
        &self.unknown
    }

    /// The sounds that it names itself.
    pub fn sounds(&self) -> impl Iterator<Item = Prompt> {
        self.parts.iter().filter_map(|part| match part {
            Part::Sound(name) => Some(name.clone().into()),
            _ => None,
        })
    }
}

fn parts_of(letter: char) -> &'static [Part] {
    match letter {
        'A' | 'a' => &[Part::Weekday],
        'B' | 'b' | 'h' => &[Part::Month],
        'm' => &[Part::MonthNumber],
        'd' | 'e' => &[Part::Day],
        'Y' => &[Part::Year],
        'I' | 'l' => &[Part::HourOf12],
        'H' => &[Part::HourOf24],
        'k' => &[Part::HourOf24Plain],
        'M' => &[Part::Minute],
        'N' => &[Part::MinuteMilitary],
        'P' | 'p' => &[Part::HalfOfDay],
        'S' => &[Part::Second],
        'R' => &[Part::HourOf24, Part::Minute],
        'T' => &[Part::HourOf24, Part::Minute, Part::Second],
        'Q' => &[Part::DayOrDate],
        'q' => &[Part::WeekdayOrDate],
        _ => &[],
    }
}
