//! Digits, letters and the words that spell them: what is read character by character.

use crate::{Language, Prompt};

/// The words of the international spelling alphabet (ICAO), the same in every language.
const ALPHABET: [&str; 26] = [
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo",
    "Lima", "Mike", "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor",
    "Whiskey", "X-ray", "Yankee", "Zulu",
];

/// Whether [`Language::letters`] tells capital letters from small ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LetterCase {
    /// `n`: it does not.
    #[default]
    Untold,
    /// `a`: it tells of both.
    All,
    /// `l`: it tells of small letters.
    Lower,
    /// `u`: it tells of capitals.
    Upper,
}

impl LetterCase {
    /// By its letter in `SayAlphaCase`: `a`, `l`, `n` or `u`, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().chars().next()?.to_ascii_lowercase() {
            'a' => Some(Self::All),
            'l' => Some(Self::Lower),
            'n' => Some(Self::Untold),
            'u' => Some(Self::Upper),
            _ => None,
        }
    }

    /// What is said before a letter.
    fn prompt(self, letter: char) -> Option<Prompt> {
        match self {
            Self::All | Self::Upper if letter.is_ascii_uppercase() => Some("uppercase".into()),
            Self::All | Self::Lower if letter.is_ascii_lowercase() => Some("lowercase".into()),
            _ => None,
        }
    }
}

impl Language {
    /// Digits one by one, with `*`, `#` and `-` (minus): `SayDigits`. Other characters are passed over.
    pub fn digits(self, text: &str) -> Vec<Prompt> {
        let prompt = |c: char| match c {
            '-' => Some("digits/minus".into()),
            _ => key(c),
        };
        text.chars().filter_map(prompt).collect()
    }

    /// Letters, digits and signs one by one: `SayAlpha`, and `SayAlphaCase` with `case`. What has no name is passed over.
    pub fn letters(self, text: &str, case: LetterCase) -> Vec<Prompt> {
        let spelled = |c: char| [case.prompt(c), letter(c)];
        text.chars().flat_map(spelled).flatten().collect()
    }

    /// The same, with a word for each letter: `SayPhonetic`.
    pub fn phonetic(self, text: &str) -> Vec<Prompt> {
        text.chars().filter_map(phonetic).collect()
    }
}

/// The prompt of a key.
fn key(c: char) -> Option<Prompt> {
    match c {
        '0'..='9' => Some(format!("digits/{c}").into()),
        '*' => Some("digits/star".into()),
        '#' => Some("digits/pound".into()),
        _ => None,
    }
}

fn letter(c: char) -> Option<Prompt> {
    let sign = match c {
        'a'..='z' | 'A'..='Z' => return Some(format!("letters/{}", c.to_ascii_lowercase()).into()),
        '@' => "letters/at",
        '-' => "letters/dash",
        '.' => "letters/dot",
        '+' => "letters/plus",
        '/' => "letters/slash",
        ' ' => "letters/space",
        '=' => "letters/equals",
        '$' => "letters/dollar",
        // The packs of Asterisk spell it so.
        '!' => "letters/exclaimation-point",
        _ => return key(c),
    };
    Some(sign.into())
}

fn phonetic(c: char) -> Option<Prompt> {
    match c {
        'a'..='z' | 'A'..='Z' => Some(format!("phonetic/{}_p", c.to_ascii_lowercase()).into()),
        _ => letter(c),
    }
}

/// The prompts that every language has alike: letters, and the words that spell them.
pub(crate) fn prompts() -> impl Iterator<Item = Prompt> {
    let letters = || 'a'..='z';
    letters().filter_map(letter).chain(letters().filter_map(phonetic))
}

/// What such a prompt says.
pub(crate) fn word(prompt: &str) -> Option<Prompt> {
    let only = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|c| c.is_ascii_lowercase() && characters.next().is_none())
    };
    if let Some(letter) = prompt.strip_prefix("letters/").and_then(only) {
        return Some(letter.to_ascii_uppercase().to_string().into());
    }
    let spelled = prompt.strip_prefix("phonetic/")?.strip_suffix("_p").and_then(only)?;
    ALPHABET
        .iter()
        .find(|word| word.starts_with(spelled.to_ascii_uppercase()))
        .map(|word| Prompt::from(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_their_prompts() {
        let english = Language::of("en");
        assert_eq!(
            english.digits("1*#-0 x"),
            ["digits/1", "digits/star", "digits/pound", "digits/minus", "digits/0"]
        );
        assert_eq!(
            english.letters("A-7@é!", LetterCase::Untold),
            ["letters/a", "letters/dash", "digits/7", "letters/at", "letters/exclaimation-point"]
        );
        assert_eq!(english.phonetic("xZ9"), ["phonetic/x_p", "phonetic/z_p", "digits/9"]);
        assert_eq!(english.text(&english.phonetic("xZ9")), "X-ray Zulu nine");
    }

    #[test]
    fn cases_are_told_where_they_are_asked_for() {
        let english = Language::of("en");
        let say = |case| english.letters("aB1", LetterCase::parse(case).unwrap());
        assert_eq!(say("n"), ["letters/a", "letters/b", "digits/1"]);
        assert_eq!(say("a"), ["lowercase", "letters/a", "uppercase", "letters/b", "digits/1"]);
        assert_eq!(say("l"), ["lowercase", "letters/a", "letters/b", "digits/1"]);
        assert_eq!(say("U"), ["letters/a", "uppercase", "letters/b", "digits/1"]);
        assert_eq!(LetterCase::parse("x"), None);
    }
}
