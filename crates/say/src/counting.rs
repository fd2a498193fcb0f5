//! What is counted: units of time, and nouns in the form that their number asks for.

use crate::{Gender, Language, Prompt};

/// A unit of time that can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
}

impl Unit {
    /// Its prompts: one, several.
    fn prompts(self) -> [&'static str; 2] {
        match self {
            Self::Second => ["second", "seconds"],
            Self::Minute => ["minute", "minutes"],
            Self::Hour => ["hour", "hours"],
            Self::Day => ["day", "days"],
        }
    }

    /// Its gender in a language.
    fn gender(self, language: Language) -> Gender {
        match (language.tag(), self) {
            ("es" | "it" | "pt", Self::Hour) => Gender::Feminine,
            ("es" | "it" | "pt", _) | ("de" | "fr", Self::Day) => Gender::Masculine,
            ("de" | "fr", _) => Gender::Feminine,
            _ => Gender::Common,
        }
    }
}

impl Language {
    /// So many units: "une minute", "deux secondes".
    ///
    /// ```
    /// use say::{Language, Unit};
    ///
    /// let french = Language::of("fr");
    /// assert_eq!(french.text(&french.units(1, Unit::Minute)), "une minute");
    /// assert_eq!(french.text(&french.units(2, Unit::Second)), "deux secondes");
    /// ```
    pub fn units(self, number: u64, unit: Unit) -> Vec<Prompt> {
        let mut out = Vec::new();
        self.unsigned(number, unit.gender(self), &mut out);
        let [one, several] = unit.prompts();
        out.push(if form(self.tag(), number) == Form::One { one } else { several }.into());
        out
    }
}

/// The forms that numbers ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    One,
    /// Two to four, in Slavic languages.
    Few,
    Many,
}

/// The form of a noun after a number, in the language of a tag (which need not be a [`Language`]).
fn form(tag: &str, number: u64) -> Form {
    let base = tag.split(['_', '-', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
    match base.as_str() {
        "fr" if number < 2 => Form::One,
        "cs" | "sk" | "pl" if number == 1 => Form::One,
        "cs" | "sk" if (2..=4).contains(&number) => Form::Few,
        "cs" | "sk" => Form::Many,
        "pl" => few_or_many(number),
        "be" | "bs" | "hr" | "ru" | "sr" | "uk" if number % 10 == 1 && number % 100 != 11 => Form::One,
        "be" | "bs" | "hr" | "ru" | "sr" | "uk" => few_or_many(number),
        _ if number == 1 => Form::One,
        _ => Form::Many,
    }
}

fn few_or_many(number: u64) -> Form {
    let few = (2..=4).contains(&(number % 10)) && !(12..=14).contains(&(number % 100));
    if few { Form::Few } else { Form::Many }
}

/// True where nouns have the three forms of Slavic languages.
fn is_slavic(tag: &str) -> bool {
    form(tag, 2) == Form::Few
}

/// The prompt of a noun after a number: `SayCountedNoun`. `call` becomes `calls` where there are several; Slavic languages
/// have `callx1` (two to four) and `callx2`.
///
/// ```
/// assert_eq!(say::counted_noun("en", 5, "call"), "calls");
/// assert_eq!(say::counted_noun("fr", 0, "call"), "call");
/// assert_eq!(say::counted_noun("ru", 22, "call"), "callx1");
/// ```
pub fn counted_noun(tag: &str, number: u64, noun: &str) -> String {
    let ending = match form(tag, number) {
        Form::One => "",
        Form::Few => "x1",
        Form::Many if is_slavic(tag) => "x2",
        Form::Many => "s",
    };
    format!("{noun}{ending}")
}

/// The prompt of an adjective after a number: `SayCountedAdj`. It is the same for all numbers, but in Slavic languages, where
/// the gender's letter is added for one (`newf`), and `x` for several.
pub fn counted_adjective(tag: &str, number: u64, adjective: &str, gender: Gender) -> String {
    if !is_slavic(tag) {
        return adjective.to_owned();
    }
    let ending = match (form(tag, number), gender) {
        (Form::Few | Form::Many, _) => "x",
        (Form::One, Gender::Feminine) => "f",
        (Form::One, Gender::Masculine) => "m",
        (Form::One, Gender::Neuter) => "n",
        (Form::One, Gender::Common) => "",
    };
    format!("{adjective}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_number() {
        for (tag, number, noun) in [
            ("en", 1, "call"),
            ("en", 0, "calls"),
            ("fr_FR", 1, "call"),
            ("fr_FR", 2, "calls"),
            ("ru", 1, "call"),
            ("ru", 11, "callx2"),
            ("ru", 21, "call"),
            ("ru", 112, "callx2"),
            ("cs", 22, "callx2"),
            ("pl", 12, "callx2"),
            ("pl", 21, "callx2"),
            ("pl", 22, "callx1"),
        ] {
            assert_eq!(counted_noun(tag, number, "call"), noun, "{tag} {number}");
        }
    }

    #[test]
    fn adjectives_change_in_slavic_languages_only() {
        assert_eq!(counted_adjective("en", 5, "new", Gender::Feminine), "new");
        assert_eq!(counted_adjective("ru", 1, "new", Gender::Feminine), "newf");
        assert_eq!(counted_adjective("ru", 5, "new", Gender::Feminine), "newx");
    }

    #[test]
    fn units_have_their_gender() {
        let text = |tag: &str, number, unit| {
            let language = Language::of(tag);
            language.text(&language.units(number, unit))
        };
        assert_eq!(text("fr", 21, Unit::Hour), "vingt et une heures");
        assert_eq!(text("fr", 1, Unit::Day), "un jour");
        assert_eq!(text("de", 1, Unit::Minute), "eine Minute");
        assert_eq!(text("es", 1, Unit::Second), "un segundo");
        assert_eq!(text("en", 1, Unit::Hour), "one hour");
    }
}
