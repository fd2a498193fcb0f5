//! Whether a party may be shown (ITU-T Q.931 section 4.5.10, by way of RFC 3323 and RFC 3325).

use std::fmt;

/// Whether a party's name and number may be shown, and how well they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Presentation(u8);

/// The values, by the words that dialplans use for them.
const WORDS: &[(&str, u8)] = &[
    ("allowed_not_screened", 0x00),
    ("allowed_passed_screen", 0x01),
    ("allowed_failed_screen", 0x02),
    ("allowed", 0x03),
    ("prohib_not_screened", 0x20),
    ("prohib_passed_screen", 0x21),
    ("prohib_failed_screen", 0x22),
    ("prohib", 0x23),
    ("unavailable", 0x43),
];

impl Presentation {
    /// It may be shown; nobody has looked whether it is right.
    pub const ALLOWED: Self = Self(0x00);
    /// It must not be shown to other parties.
    pub const RESTRICTED: Self = Self(0x20);
    /// Nobody knows it.
    pub const UNAVAILABLE: Self = Self(0x43);

    /// Reads `allowed`, `prohib_passed_screen` and so on, in any case; also the number of Q.931.
    pub fn from_word(word: &str) -> Option<Self> {
        let word = word.trim();
        let named = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, value)| *value);
        let numbered = || WORDS.iter().map(|(_, value)| *value).find(|value| word.parse() == Ok(*value));
        named.or_else(numbered).map(Self)
    }

    /// The words of all values.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    /// Whether others may see it.
    pub fn is_allowed(self) -> bool {
        self.0 & 0x60 == 0
    }

    /// Whether it must not be shown to other parties.
    pub fn is_restricted(self) -> bool {
        self.0 & 0x60 == 0x20
    }

    /// The number of Q.931, as `CALLINGPRES` has it.
    pub fn code(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, value)| *value == self.0).map(|(word, _)| *word);
        f.write_str(word.unwrap_or("unavailable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_are_read() {
        for word in Presentation::words() {
            assert_eq!(Presentation::from_word(&word.to_uppercase()).unwrap().to_string(), word);
        }
        assert_eq!(Presentation::from_word("32"), Some(Presentation::RESTRICTED));
        assert_eq!(Presentation::from_word("maybe"), None);
        assert!(Presentation::default().is_allowed() && !Presentation::UNAVAILABLE.is_allowed());
    }
}
