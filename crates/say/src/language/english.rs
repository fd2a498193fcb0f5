//! English, as Asterisk speaks it: no "and" within a number.

use super::{Rules, digit, make_last_ordinal};
use crate::{Gender, Prompt};

pub(super) struct English;

/// What numbers are made of above a hundred, the largest first.
const SCALES: &[(u64, &str)] = &[
    (1_000_000_000_000_000_000, "digits/quintillion"),
    (1_000_000_000_000_000, "digits/quadrillion"),
    (1_000_000_000_000, "digits/trillion"),
    (1_000_000_000, "digits/billion"),
    (1_000_000, "digits/million"),
    (1_000, "digits/thousand"),
    (100, "digits/hundred"),
];

impl Rules for English {
    fn tag(&self) -> &'static str {
        "en"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        u64::MAX
    }

    fn number(&self, number: u64, _gender: Gender, out: &mut Vec<Prompt>) {
        in_words(number, out);
    }

    /// The last word becomes a place: "one million two" becomes "one million second". The first hundred and the first
    /// thousand are not counted: "hundredth".
    fn ordinal(&self, number: u64, _gender: Gender, out: &mut Vec<Prompt>) {
        in_words(number, out);
        if matches!(number, 100..=199 | 1_000..=1_999) {
            out.remove(0);
        }
        make_last_ordinal(out);
    }

    fn date_format(&self) -> &'static str {
        "ABdY 'digits/at' IMp"
    }

    fn day(&self, day: u64, out: &mut Vec<Prompt>) {
        self.ordinal(day, Gender::Common, out);
    }

    /// By hundreds before 2000: "nineteen oh five", "nineteen hundred".
    fn year(&self, year: u64, out: &mut Vec<Prompt>) {
        if !(1_100..2_000).contains(&year) {
            return in_words(year, out);
        }
        out.push(digit(year / 100));
        match year % 100 {
            0 => out.push("digits/hundred".into()),
            rest => two_digits(rest, out),
        }
    }

    fn hour_of_24(&self, hour: u64, leading: bool, out: &mut Vec<Prompt>) {
        if leading { two_digits(hour, out) } else { in_words(hour, out) }
    }

    fn minute(&self, minute: u64, military: bool, out: &mut Vec<Prompt>) {
        match minute {
            0 if military => out.push("digits/hundred".into()),
            0 => out.push("digits/oclock".into()),
            _ => two_digits(minute, out),
        }
    }

    fn second(&self, second: u64, out: &mut Vec<Prompt>) {
        if second == 0 { out.push(digit(0)) } else { two_digits(second, out) }
    }

    fn has_tomorrow(&self) -> bool {
        true
    }
}

fn in_words(number: u64, out: &mut Vec<Prompt>) {
    if let Some((scale, name)) = SCALES.iter().find(|(scale, _)| number >= *scale) {
        in_words(number / scale, out);
        out.push((*name).into());
        if !number.is_multiple_of(*scale) {
            in_words(number % scale, out);
        }
    } else if number <= 20 || number.is_multiple_of(10) {
        out.push(digit(number));
    } else {
        out.extend([digit(number / 10 * 10), digit(number % 10)]);
    }
}

/// Below ten with an "oh" before it.
fn two_digits(number: u64, out: &mut Vec<Prompt>) {
    if number < 10 {
        out.push("digits/oh".into());
    }
    in_words(number, out);
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "zero"),
    ("digits/1", "one"),
    ("digits/2", "two"),
    ("digits/3", "three"),
    ("digits/4", "four"),
    ("digits/5", "five"),
    ("digits/6", "six"),
    ("digits/7", "seven"),
    ("digits/8", "eight"),
    ("digits/9", "nine"),
    ("digits/10", "ten"),
    ("digits/11", "eleven"),
    ("digits/12", "twelve"),
    ("digits/13", "thirteen"),
    ("digits/14", "fourteen"),
    ("digits/15", "fifteen"),
    ("digits/16", "sixteen"),
    ("digits/17", "seventeen"),
    ("digits/18", "eighteen"),
    ("digits/19", "nineteen"),
    ("digits/20", "twenty"),
    ("digits/30", "thirty"),
    ("digits/40", "forty"),
    ("digits/50", "fifty"),
    ("digits/60", "sixty"),
    ("digits/70", "seventy"),
    ("digits/80", "eighty"),
    ("digits/90", "ninety"),
    ("digits/hundred", "hundred"),
    ("digits/thousand", "thousand"),
    ("digits/million", "million"),
    ("digits/billion", "billion"),
    ("digits/trillion", "trillion"),
    ("digits/quadrillion", "quadrillion"),
    ("digits/quintillion", "quintillion"),
    ("digits/minus", "minus"),
    ("digits/oh", "oh"),
    ("digits/star", "star"),
    ("digits/pound", "pound"),
    ("digits/h-1", "first"),
    ("digits/h-2", "second"),
    ("digits/h-3", "third"),
    ("digits/h-4", "fourth"),
    ("digits/h-5", "fifth"),
    ("digits/h-6", "sixth"),
    ("digits/h-7", "seventh"),
    ("digits/h-8", "eighth"),
    ("digits/h-9", "ninth"),
    ("digits/h-10", "tenth"),
    ("digits/h-11", "eleventh"),
    ("digits/h-12", "twelfth"),
    ("digits/h-13", "thirteenth"),
    ("digits/h-14", "fourteenth"),
    ("digits/h-15", "fifteenth"),
    ("digits/h-16", "sixteenth"),
    ("digits/h-17", "seventeenth"),
    ("digits/h-18", "eighteenth"),
    ("digits/h-19", "nineteenth"),
    ("digits/h-20", "twentieth"),
    ("digits/h-30", "thirtieth"),
    ("digits/h-40", "fortieth"),
    ("digits/h-50", "fiftieth"),
    ("digits/h-60", "sixtieth"),
    ("digits/h-70", "seventieth"),
    ("digits/h-80", "eightieth"),
    ("digits/h-90", "ninetieth"),
    ("digits/h-hundred", "hundredth"),
    ("digits/h-thousand", "thousandth"),
    ("digits/h-million", "millionth"),
    ("digits/h-billion", "billionth"),
    ("digits/h-trillion", "trillionth"),
    ("digits/h-quadrillion", "quadrillionth"),
    ("digits/h-quintillion", "quintillionth"),
    ("digits/day-0", "Sunday"),
    ("digits/day-1", "Monday"),
    ("digits/day-2", "Tuesday"),
    ("digits/day-3", "Wednesday"),
    ("digits/day-4", "Thursday"),
    ("digits/day-5", "Friday"),
    ("digits/day-6", "Saturday"),
    ("digits/mon-0", "January"),
    ("digits/mon-1", "February"),
    ("digits/mon-2", "March"),
    ("digits/mon-3", "April"),
    ("digits/mon-4", "May"),
    ("digits/mon-5", "June"),
    ("digits/mon-6", "July"),
    ("digits/mon-7", "August"),
    ("digits/mon-8", "September"),
    ("digits/mon-9", "October"),
    ("digits/mon-10", "November"),
    ("digits/mon-11", "December"),
    ("digits/at", "at"),
    ("digits/oclock", "o'clock"),
    ("digits/a-m", "A M"),
    ("digits/p-m", "P M"),
    ("digits/today", "today"),
    ("digits/yesterday", "yesterday"),
    ("digits/tomorrow", "tomorrow"),
    ("second", "second"),
    ("seconds", "seconds"),
    ("minute", "minute"),
    ("minutes", "minutes"),
    ("hour", "hour"),
    ("hours", "hours"),
    ("day", "day"),
    ("days", "days"),
    ("and", "and"),
    ("letters/dollar_", "dollar"),
    ("dollars", "dollars"),
    ("cent", "cent"),
    ("cents", "cents"),
    ("euro", "euro"),
    ("euros", "euros"),
    ("euro-cent", "cent"),
    ("euro-cents", "cents"),
    ("uppercase", "capital"),
    ("lowercase", "small"),
    ("letters/at", "at"),
    ("letters/dash", "dash"),
    ("letters/dot", "dot"),
    ("letters/plus", "plus"),
    ("letters/slash", "slash"),
    ("letters/space", "space"),
    ("letters/equals", "equals"),
    ("letters/dollar", "dollar"),
    ("letters/exclaimation-point", "exclamation mark"),
];

#[cfg(test)]
mod tests {
    use crate::{Gender, Language};

    fn place(number: i64) -> String {
        let english = Language::of("en");
        english.text(&english.ordinal(number, Gender::default()))
    }

    #[test]
    fn places_end_in_their_own_word() {
        for (number, words) in [
            (1, "first"),
            (21, "twenty first"),
            (42, "forty second"),
            (100, "hundredth"),
            (101, "hundred first"),
            (1_000, "thousandth"),
            (2_012, "two thousand twelfth"),
            (100_000, "one hundred thousandth"),
            (5_000_000, "five millionth"),
            (0, "zero"),
            (-3, "minus three"),
        ] {
            assert_eq!(place(number), words);
        }
    }

    #[test]
    fn large_numbers_have_their_words() {
        let english = Language::of("en");
        let say = |number| english.text(&english.number(number, Gender::default()));
        assert_eq!(say(7_000_000_000), "seven billion");
        assert_eq!(say(2_000_300_000_000_001), "two quadrillion three hundred billion one");
        assert!(say(i64::MAX).starts_with("nine quintillion two hundred twenty three quadrillion"));
    }
}
