//! German: units before tens, `digits/4-and` `digits/20`.

use super::{Rules, digit, make_last_ordinal};
use crate::{Gender, Prompt};

pub(super) struct German;

impl Rules for German {
    fn tag(&self) -> &'static str {
        "de"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        1_000_000_000_000
    }

    fn date_format(&self) -> &'static str {
        "A dBY 'digits/at' HM"
    }

    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        match number {
            1 if gender == Gender::Feminine => out.push("digits/1F".into()),
            1 if gender == Gender::Neuter => out.push("digits/1N".into()),
            0..=20 => out.push(digit(number)),
            21..=99 if number.is_multiple_of(10) => out.push(digit(number)),
            21..=99 => out.extend([format!("digits/{}-and", number % 10).into(), digit(number / 10 * 10)]),
            100..=999 => self.scale(number, 100, Gender::Neuter, ["digits/hundred"; 2], gender, out),
            1_000..=999_999 => self.scale(number, 1_000, Gender::Neuter, ["digits/thousand"; 2], gender, out),
            1_000_000..=999_999_999 => {
                let names = ["digits/million", "digits/millions"];
                self.scale(number, 1_000_000, Gender::Feminine, names, gender, out);
            }
            _ => {
                let names = ["digits/milliard", "digits/milliards"];
                self.scale(number, 1_000_000_000, Gender::Feminine, names, gender, out);
            }
        }
    }

    /// Up to the thousandth, which is what has prompts.
    fn ordinal(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        self.number(number, if number < 1_000_000 { Gender::Common } else { gender }, out);
        if number < 1_000_000 {
            make_last_ordinal(out);
        }
    }

    fn day(&self, day: u64, out: &mut Vec<Prompt>) {
        self.ordinal(day, Gender::Common, out);
    }

    /// By hundreds before 2000: "neunzehnhundert fünfundachtzig".
    fn year(&self, year: u64, out: &mut Vec<Prompt>) {
        if !(1_100..2_000).contains(&year) {
            return self.number(year, Gender::Common, out);
        }
        out.extend([digit(year / 100), "digits/hundred".into()]);
        if !year.is_multiple_of(100) {
            self.number(year % 100, Gender::Common, out);
        }
    }

    fn hour_of_24(&self, hour: u64, _leading: bool, out: &mut Vec<Prompt>) {
        self.number(hour, Gender::Neuter, out);
        out.push("digits/oclock".into());
    }
}

impl German {
    /// A multiplier of `of` gender, the name of the scale for one and for more, and what is left.
    fn scale(
        &self,
        number: u64,
        scale: u64,
        of: Gender,
        names: [&'static str; 2],
        gender: Gender,
        out: &mut Vec<Prompt>,
    ) {
        self.number(number / scale, of, out);
        out.push(names[usize::from(number / scale > 1)].into());
        if !number.is_multiple_of(scale) {
            self.number(number % scale, gender, out);
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "null"),
    ("digits/1", "eins"),
    ("digits/2", "zwei"),
    ("digits/3", "drei"),
    ("digits/4", "vier"),
    ("digits/5", "fünf"),
    ("digits/6", "sechs"),
    ("digits/7", "sieben"),
    ("digits/8", "acht"),
    ("digits/9", "neun"),
    ("digits/10", "zehn"),
    ("digits/11", "elf"),
    ("digits/12", "zwölf"),
    ("digits/13", "dreizehn"),
    ("digits/14", "vierzehn"),
    ("digits/15", "fünfzehn"),
    ("digits/16", "sechzehn"),
    ("digits/17", "siebzehn"),
    ("digits/18", "achtzehn"),
    ("digits/19", "neunzehn"),
    ("digits/20", "zwanzig"),
    ("digits/30", "dreißig"),
    ("digits/40", "vierzig"),
    ("digits/50", "fünfzig"),
    ("digits/60", "sechzig"),
    ("digits/70", "siebzig"),
    ("digits/80", "achtzig"),
    ("digits/90", "neunzig"),
    ("digits/1F", "eine"),
    ("digits/1N", "ein"),
    ("digits/1-and", "einund"),
    ("digits/2-and", "zweiund"),
    ("digits/3-and", "dreiund"),
    ("digits/4-and", "vierund"),
    ("digits/5-and", "fünfund"),
    ("digits/6-and", "sechsund"),
    ("digits/7-and", "siebenund"),
    ("digits/8-and", "achtund"),
    ("digits/9-and", "neunund"),
    ("digits/hundred", "hundert"),
    ("digits/thousand", "tausend"),
    ("digits/million", "Million"),
    ("digits/millions", "Millionen"),
    ("digits/milliard", "Milliarde"),
    ("digits/milliards", "Milliarden"),
    ("digits/minus", "minus"),
    ("digits/star", "Stern"),
    ("digits/pound", "Raute"),
    ("digits/h-1", "erste"),
    ("digits/h-2", "zweite"),
    ("digits/h-3", "dritte"),
    ("digits/h-4", "vierte"),
    ("digits/h-5", "fünfte"),
    ("digits/h-6", "sechste"),
    ("digits/h-7", "siebte"),
    ("digits/h-8", "achte"),
    ("digits/h-9", "neunte"),
    ("digits/h-10", "zehnte"),
    ("digits/h-11", "elfte"),
    ("digits/h-12", "zwölfte"),
    ("digits/h-13", "dreizehnte"),
    ("digits/h-14", "vierzehnte"),
    ("digits/h-15", "fünfzehnte"),
    ("digits/h-16", "sechzehnte"),
    ("digits/h-17", "siebzehnte"),
    ("digits/h-18", "achtzehnte"),
    ("digits/h-19", "neunzehnte"),
    ("digits/h-20", "zwanzigste"),
    ("digits/h-30", "dreißigste"),
    ("digits/h-40", "vierzigste"),
    ("digits/h-50", "fünfzigste"),
    ("digits/h-60", "sechzigste"),
    ("digits/h-70", "siebzigste"),
    ("digits/h-80", "achtzigste"),
    ("digits/h-90", "neunzigste"),
    ("digits/h-hundred", "hundertste"),
    ("digits/h-thousand", "tausendste"),
    ("digits/day-0", "Sonntag"),
    ("digits/day-1", "Montag"),
    ("digits/day-2", "Dienstag"),
    ("digits/day-3", "Mittwoch"),
    ("digits/day-4", "Donnerstag"),
    ("digits/day-5", "Freitag"),
    ("digits/day-6", "Samstag"),
    ("digits/mon-0", "Januar"),
    ("digits/mon-1", "Februar"),
    ("digits/mon-2", "März"),
    ("digits/mon-3", "April"),
    ("digits/mon-4", "Mai"),
    ("digits/mon-5", "Juni"),
    ("digits/mon-6", "Juli"),
    ("digits/mon-7", "August"),
    ("digits/mon-8", "September"),
    ("digits/mon-9", "Oktober"),
    ("digits/mon-10", "November"),
    ("digits/mon-11", "Dezember"),
    ("digits/at", "um"),
    ("digits/oclock", "Uhr"),
    ("digits/a-m", "vormittags"),
    ("digits/p-m", "nachmittags"),
    ("digits/today", "heute"),
    ("digits/yesterday", "gestern"),
    ("second", "Sekunde"),
    ("seconds", "Sekunden"),
    ("minute", "Minute"),
    ("minutes", "Minuten"),
    ("hour", "Stunde"),
    ("hours", "Stunden"),
    ("day", "Tag"),
    ("days", "Tage"),
    ("and", "und"),
    ("letters/dollar_", "Dollar"),
    ("dollars", "Dollar"),
    ("cent", "Cent"),
    ("cents", "Cent"),
    ("euro", "Euro"),
    ("euros", "Euro"),
    ("euro-cent", "Cent"),
    ("euro-cents", "Cent"),
    ("uppercase", "groß"),
    ("lowercase", "klein"),
    ("letters/at", "at"),
    ("letters/dash", "Bindestrich"),
    ("letters/dot", "Punkt"),
    ("letters/plus", "plus"),
    ("letters/slash", "Schrägstrich"),
    ("letters/space", "Leerzeichen"),
    ("letters/equals", "gleich"),
    ("letters/dollar", "Dollar"),
    ("letters/exclaimation-point", "Ausrufezeichen"),
];
