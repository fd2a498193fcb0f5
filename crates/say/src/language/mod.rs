//! Languages: what they have in common, and which there are.

mod english;
mod french;
mod german;
mod italian;
mod portuguese;
mod spanish;

use crate::{Gender, Prompt, spelling};

/// A language that numbers and dates are spoken in. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Language(&'static dyn Rules);

/// The languages, each with its tag.
static LANGUAGES: &[&dyn Rules] = &[
    &english::English,
    &french::French,
    &german::German,
    &italian::Italian,
    &portuguese::Portuguese,
    &spanish::Spanish,
];

/// What a language says of itself. The defaults are what most have in common.
pub(crate) trait Rules: Sync {
    /// Its tag (ISO 639-1).
    fn tag(&self) -> &'static str;

    /// Every prompt that it asks for, but those of [`spelling`], each with what it says.
    fn words(&self) -> &'static [(&'static str, &'static str)];

    /// Numbers below this are spoken in words; others by their digits.
    fn limit(&self) -> u64;

    /// A number below the limit.
    fn number(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>);

    /// The place in an order; the number itself where the language has no prompts for it.
    fn ordinal(&self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        self.number(number, gender, out);
    }

    /// How a date is given where nobody says how, in letters of [`crate::Format`].
    fn date_format(&self) -> &'static str;

    /// The day of a month.
    fn day(&self, day: u64, out: &mut Vec<Prompt>) {
        self.number(day, Gender::Common, out);
    }

    /// A year of our era.
    fn year(&self, year: u64, out: &mut Vec<Prompt>) {
        self.number(year, Gender::Common, out);
    }

    /// Hours from 1 to 12.
    fn hour_of_12(&self, hour: u64, out: &mut Vec<Prompt>) {
        self.hour_of_24(hour, false, out);
    }

    /// Hours from 0 to 23; `leading` wants a zero before a single digit, where the language says it.
    fn hour_of_24(&self, hour: u64, _leading: bool, out: &mut Vec<Prompt>) {
        self.number(hour, Gender::Feminine, out);
    }

    /// Minutes; `military` is the way in which full hours are hundreds.
    fn minute(&self, minute: u64, _military: bool, out: &mut Vec<Prompt>) {
        if minute != 0 {
            self.number(minute, Gender::Common, out);
        }
    }

    /// Seconds.
    fn second(&self, second: u64, out: &mut Vec<Prompt>) {
        self.number(second, Gender::Common, out);
    }

    /// True where "tomorrow" has a prompt.
    fn has_tomorrow(&self) -> bool {
        false
    }
}

impl Language {
    /// The language that a channel's language means: `fr`, `fr_CA`, `en-GB`. `None` where it is none of ours.
    pub fn find(tag: &str) -> Option<Self> {
        let base = tag.split(['_', '-', '.', '@']).next().unwrap_or_default();
        LANGUAGES.iter().find(|rules| rules.tag().eq_ignore_ascii_case(base)).map(|rules| Self(*rules))
    }

    /// As [`find`](Self::find), and English for all others: so does Asterisk.
    pub fn of(tag: &str) -> Self {
        Self::find(tag).unwrap_or(Self(&english::English))
    }

    /// All languages, English first.
    pub fn all() -> impl Iterator<Item = Self> {
        LANGUAGES.iter().map(|rules| Self(*rules))
    }

    /// Its tag (ISO 639-1), which is also the name of its folder of sounds.
    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    pub(crate) fn rules(self) -> &'static dyn Rules {
        self.0
    }

    /// Every prompt that this language can ask for, but for those that a caller names itself (`'vm-received'` in a format,
    /// the nouns of [`crate::counted_noun`]).
    pub fn prompts(self) -> impl Iterator<Item = Prompt> {
        self.0.words().iter().map(|(name, _)| Prompt::from(*name)).chain(spelling::prompts())
    }

    /// What a prompt says, for a speech engine that stands in for a file; `None` where it is none of [`prompts`](Self::prompts).
    pub fn word(self, prompt: &str) -> Option<Prompt> {
        let own = self.0.words().iter().find(|(name, _)| *name == prompt);
        own.map(|(_, word)| Prompt::from(*word)).or_else(|| spelling::word(prompt))
    }

    /// What a list of prompts says. A prompt that is not known is named.
    pub fn text(self, prompts: &[Prompt]) -> String {
        let words: Vec<Prompt> =
            prompts.iter().map(|prompt| self.word(prompt).unwrap_or_else(|| prompt.clone())).collect();
        words.join(" ")
    }

    /// A number in words: `SayNumber`. What is too large for the words of the language is read digit by digit.
    pub fn number(self, number: i64, gender: Gender) -> Vec<Prompt> {
        let mut out = Vec::new();
        if number < 0 {
            out.push("digits/minus".into());
        }
        self.unsigned(number.unsigned_abs(), gender, &mut out);
        out
    }

    pub(crate) fn unsigned(self, number: u64, gender: Gender, out: &mut Vec<Prompt>) {
        if number < self.0.limit() {
            self.0.number(number, gender, out);
        } else {
            out.extend(self.digits(&number.to_string()));
        }
    }

    /// A place in an order, such as "forty-second": `SayOrdinal`. The number itself where the language has no prompts for
    /// it, and for what is below 1.
    pub fn ordinal(self, number: i64, gender: Gender) -> Vec<Prompt> {
        match u64::try_from(number) {
            Ok(place) if place > 0 && place < self.0.limit() => {
                let mut out = Vec::new();
                self.0.ordinal(place, gender, &mut out);
                out
            }
            _ => self.number(number, gender),
        }
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Language").field(&self.tag()).finish()
    }
}

/// `digits/N`, for the numbers that have a prompt of their own.
fn digit(number: u64) -> Prompt {
    // Most are of these, and need no memory.
    match usize::try_from(number).ok().and_then(|number| SMALL.get(number)) {
        Some(name) => (*name).into(),
        None => format!("digits/{number}").into(),
    }
}

const SMALL: [&str; 21] = [
    "digits/0",
    "digits/1",
    "digits/2",
    "digits/3",
    "digits/4",
    "digits/5",
    "digits/6",
    "digits/7",
    "digits/8",
    "digits/9",
    "digits/10",
    "digits/11",
    "digits/12",
    "digits/13",
    "digits/14",
    "digits/15",
    "digits/16",
    "digits/17",
    "digits/18",
    "digits/19",
    "digits/20",
];

/// Turns the last of `out` from a number into a place: `digits/20` into `digits/h-20`.
fn make_last_ordinal(out: &mut [Prompt]) {
    if let Some(last) = out.last_mut()
        && let Some(name) = last.strip_prefix("digits/")
    {
        *last = format!("digits/h-{name}").into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_by_the_beginning_of_its_tag() {
        for (tag, found) in
            [("fr", "fr"), ("fr_CA", "fr"), ("EN-gb", "en"), ("pt_BR", "pt"), ("ja", "en"), ("", "en")]
        {
            assert_eq!(Language::of(tag).tag(), found, "{tag}");
        }
        assert!(Language::find("ja").is_none());
    }

    #[test]
    fn negative_numbers_begin_with_minus() {
        let english = Language::of("en");
        assert_eq!(english.number(-7, Gender::default()), ["digits/minus", "digits/7"]);
        assert_eq!(
            english.text(&english.number(i64::MIN, Gender::default())).split(' ').next(),
            Some("minus")
        );
    }

    #[test]
    fn what_has_no_words_is_read_by_its_digits() {
        let italian = Language::of("it");
        let read = italian.number(1_000_000_000_000, Gender::default());
        assert_eq!(read.len(), 13);
    }
}
