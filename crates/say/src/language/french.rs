//! French of France: `soixante et onze`, `quatre-vingt-dix`.

use super::{Rules, digit, make_last_ordinal};
use crate::{Gender, Prompt};

pub(super) struct French;

impl Rules for French {
    fn tag(&self) -> &'static str {
        "fr"
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    fn limit(&self) -> u64 {
        u64::MAX
    }

    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        match number {
            1 if gender == Gender::Feminine => out.push("digits/1F".into()),
            0..=20 => out.push(digit(number)),
            21..=69 if number.is_multiple_of(10) => out.push(digit(number)),
            21..=69 => self.tens(number / 10 * 10, number % 10, number % 10 == 1, gender, out),
            70..=79 => self.tens(60, number - 60, number == 71, gender, out),
            80 => out.push(digit(80)),
            81..=99 => self.tens(80, number - 80, false, gender, out),
            100..=999 => self.scale(number, 100, "digits/hundred", gender, out),
            1_000..=999_999 => self.scale(number, 1_000, "digits/thousand", gender, out),
            1_000_000..=999_999_999 => self.noun(number, 1_000_000, "digits/million", gender, out),
            _ => self.noun(number, 1_000_000_000, "digits/billion", gender, out),
        }
    }

    /// The last word becomes a place; "un" at the end of a number is "unième", alone it is "premier".
    fn ordinal(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        match (number, gender) {
            (1, Gender::Feminine) => return out.push("digits/h-1F".into()),
            (1, _) => return out.push("digits/h-1".into()),
            _ => self.number(number, Gender::Masculine, out),
        }
        match out.last_mut() {
            Some(last) if last == "digits/1" => *last = "digits/h-unieme".into(),
            _ => make_last_ordinal(out),
        }
    }

    fn date_format(&self) -> &'static str {
        "AdBY 'digits/at' IMp"
    }

    /// "Le premier, le deux": only the first day is a place.
    fn day(&self, day: u64, out: &mut Vec<Prompt>) {
        if day == 1 { out.push("digits/h-1".into()) } else { self.number(day, Gender::Common, out) }
    }

    /// "Une heure, vingt et une heures": the prompt of "o'clock" says "heures".
    fn hour_of_24(&self, hour: u64, _leading: bool, out: &mut Vec<Prompt>) {
        self.number(hour, Gender::Feminine, out);
        out.push("digits/oclock".into());
    }

    fn minute(&self, minute: u64, _military: bool, out: &mut Vec<Prompt>) {
        if minute != 0 {
            self.number(minute, Gender::Feminine, out);
        }
    }

    fn second(&self, second: u64, out: &mut Vec<Prompt>) {
        self.number(second, Gender::Feminine, out);
        out.push("second".into());
    }
}

impl French {
    /// `tens`, an "et" where it is wanted, and what is left.
    fn tens(&self, tens: u64, rest: u64, et: bool, gender: Gender, out: &mut Vec<Prompt>) {
        out.push(digit(tens));
        if et {
            out.push("digits/et".into());
        }
        self.number(rest, gender, out);
    }

    /// "Cent" and "mille", which are not counted when there is one: "deux cents", "mille". The multiplier follows the
    /// gender of what is counted ("vingt et une mille lignes"), as with Asterisk.
    fn scale(&self, number: u64, scale: u64, name: &'static str, gender: Gender, out: &mut Vec<Prompt>) {
        if number / scale > 1 {
            self.number(number / scale, gender, out);
        }
        out.push(name.into());
        self.rest(number % scale, gender, out);
    }

    /// "Million" and "milliard" are nouns, and masculine: "un million". A number of millions of them takes a "de".
    fn noun(&self, number: u64, scale: u64, name: &'static str, gender: Gender, out: &mut Vec<Prompt>) {
        self.number(number / scale, Gender::Masculine, out);
        if (number / scale).is_multiple_of(1_000_000) {
            out.push("digits/de".into());
        }
        out.push(name.into());
        self.rest(number % scale, gender, out);
    }

    fn rest(&self, rest: u64, gender: Gender, out: &mut Vec<Prompt>) {
        if rest != 0 {
            self.number(rest, gender, out);
        }
    }
}

const WORDS: &[(&str, &str)] = &[
    ("digits/0", "zéro"),
    ("digits/1", "un"),
    ("digits/1F", "une"),
    ("digits/2", "deux"),
    ("digits/3", "trois"),
    ("digits/4", "quatre"),
    ("digits/5", "cinq"),
    ("digits/6", "six"),
    ("digits/7", "sept"),
    ("digits/8", "huit"),
    ("digits/9", "neuf"),
    ("digits/10", "dix"),
    ("digits/11", "onze"),
    ("digits/12", "douze"),
    ("digits/13", "treize"),
    ("digits/14", "quatorze"),
    ("digits/15", "quinze"),
    ("digits/16", "seize"),
    ("digits/17", "dix-sept"),
    ("digits/18", "dix-huit"),
    ("digits/19", "dix-neuf"),
    ("digits/20", "vingt"),
    ("digits/30", "trente"),
    ("digits/40", "quarante"),
    ("digits/50", "cinquante"),
    ("digits/60", "soixante"),
    ("digits/80", "quatre-vingt"),
    ("digits/et", "et"),
    ("digits/de", "de"),
    ("digits/hundred", "cent"),
    ("digits/thousand", "mille"),
    ("digits/million", "million"),
    ("digits/billion", "milliard"),
    ("digits/minus", "moins"),
    ("digits/star", "étoile"),
    ("digits/pound", "dièse"),
    ("digits/h-1", "premier"),
    ("digits/h-1F", "première"),
    ("digits/h-unieme", "unième"),
    ("digits/h-2", "deuxième"),
    ("digits/h-3", "troisième"),
    ("digits/h-4", "quatrième"),
    ("digits/h-5", "cinquième"),
    ("digits/h-6", "sixième"),
    ("digits/h-7", "septième"),
    ("digits/h-8", "huitième"),
    ("digits/h-9", "neuvième"),
    ("digits/h-10", "dixième"),
    ("digits/h-11", "onzième"),
    ("digits/h-12", "douzième"),
    ("digits/h-13", "treizième"),
    ("digits/h-14", "quatorzième"),
    ("digits/h-15", "quinzième"),
    ("digits/h-16", "seizième"),
    ("digits/h-17", "dix-septième"),
    ("digits/h-18", "dix-huitième"),
    ("digits/h-19", "dix-neuvième"),
    ("digits/h-20", "vingtième"),
    ("digits/h-30", "trentième"),
    ("digits/h-40", "quarantième"),
    ("digits/h-50", "cinquantième"),
    ("digits/h-60", "soixantième"),
    ("digits/h-80", "quatre-vingtième"),
    ("digits/h-hundred", "centième"),
    ("digits/h-thousand", "millième"),
    ("digits/h-million", "millionième"),
    ("digits/h-billion", "milliardième"),
    ("digits/day-0", "dimanche"),
    ("digits/day-1", "lundi"),
    ("digits/day-2", "mardi"),
    ("digits/day-3", "mercredi"),
    ("digits/day-4", "jeudi"),
    ("digits/day-5", "vendredi"),
    ("digits/day-6", "samedi"),
    ("digits/mon-0", "janvier"),
    ("digits/mon-1", "février"),
    ("digits/mon-2", "mars"),
    ("digits/mon-3", "avril"),
    ("digits/mon-4", "mai"),
    ("digits/mon-5", "juin"),
    ("digits/mon-6", "juillet"),
    ("digits/mon-7", "août"),
    ("digits/mon-8", "septembre"),
    ("digits/mon-9", "octobre"),
    ("digits/mon-10", "novembre"),
    ("digits/mon-11", "décembre"),
    ("digits/at", "à"),
    ("digits/oclock", "heures"),
    ("digits/a-m", "du matin"),
    ("digits/p-m", "de l'après-midi"),
    ("digits/today", "aujourd'hui"),
    ("digits/yesterday", "hier"),
    ("second", "secondes"),
    ("seconds", "secondes"),
    ("minute", "minute"),
    ("minutes", "minutes"),
    ("hour", "heure"),
    ("hours", "heures"),
    ("day", "jour"),
    ("days", "jours"),
    ("and", "et"),
    ("letters/dollar_", "dollar"),
    ("dollars", "dollars"),
    ("cent", "cent"),
    ("cents", "cents"),
    ("euro", "euro"),
    ("euros", "euros"),
    ("euro-cent", "centime"),
    ("euro-cents", "centimes"),
    ("uppercase", "majuscule"),
    ("lowercase", "minuscule"),
    ("letters/at", "arobase"),
    ("letters/dash", "tiret"),
    ("letters/dot", "point"),
    ("letters/plus", "plus"),
    ("letters/slash", "barre oblique"),
    ("letters/space", "espace"),
    ("letters/equals", "égal"),
    ("letters/dollar", "dollar"),
    ("letters/exclaimation-point", "point d'exclamation"),
];

#[cfg(test)]
mod tests {
    use crate::{Gender, Language};

    fn number(number: i64, gender: Gender) -> String {
        let french = Language::of("fr");
        french.text(&french.number(number, gender))
    }

    #[test]
    fn the_feminine_reaches_the_last_one() {
        for (n, words) in [
            (1, "une"),
            (21, "vingt et une"),
            (71, "soixante et onze"),
            (81, "quatre-vingt une"),
            (101, "cent une"),
            (21_000, "vingt et une mille"),
            (1_000_001, "un million une"),
        ] {
            assert_eq!(number(n, Gender::Feminine), words);
        }
    }

    #[test]
    fn large_numbers_have_their_words() {
        for (n, words) in [
            (1_000_000_000, "un milliard"),
            (2_000_000_071, "deux milliard soixante et onze"),
            (1_000_000_000_000, "mille milliard"),
            (3_000_000_000_000_000, "trois million de milliard"),
        ] {
            assert_eq!(number(n, Gender::Masculine), words);
        }
    }

    #[test]
    fn places_end_in_their_own_word() {
        let french = Language::of("fr");
        for (n, gender, words) in [
            (1, Gender::Masculine, "premier"),
            (1, Gender::Feminine, "première"),
            (21, Gender::Feminine, "vingt et unième"),
            (71, Gender::Masculine, "soixante et onzième"),
            (80, Gender::Masculine, "quatre-vingtième"),
            (91, Gender::Masculine, "quatre-vingt onzième"),
            (1_000, Gender::Masculine, "millième"),
        ] {
            assert_eq!(french.text(&french.ordinal(n, gender)), words);
        }
    }
}
