//! Telephone numbers in the one form in which they are signed and compared (RFC 8224 section 8.3).

use std::fmt;

/// Longest number that is taken: an E.164 number has 15 digits, and some are dialled with prefixes.
const LONGEST: usize = 32;

/// Digits that two numbers must share, from their end, where one of them was written without its country: what is shorter
/// belongs to an exchange and says nothing elsewhere.
const LOCAL_DIGITS: usize = 7;

/// A telephone number: digits, `*` and `#`, without `+` and without separators.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TelephoneNumber(String);

impl TelephoneNumber {
    /// Brings a number to that form: the user of a SIP URI, what stands behind `tel:`, or what a person wrote.
    ///
    /// `None` for what is no telephone number: other characters than digits, `*`, `#`, a leading `+` and the separators of
    /// RFC 3966, or none at all.
    pub fn canonical(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('+').unwrap_or(text);
        let mut number = String::with_capacity(text.len().min(LONGEST));
        for c in text.chars() {
            match c {
                '0'..='9' | '*' | '#' if number.len() < LONGEST => number.push(c),
                '-' | '.' | '(' | ')' | ' ' => {}
                _ => return None,
            }
        }
        (!number.is_empty()).then_some(Self(number))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both may be one number of which one was written as it is dialled in its country, with its trunk prefix
    /// or without: the shorter one is the end of the other. Numbers of fewer than seven digits are no such thing.
    pub fn may_be(&self, other: &Self) -> bool {
        let [one, another] = [self, other].map(|number| number.0.trim_start_matches('0'));
        let (short, long) = if one.len() <= another.len() { (one, another) } else { (another, one) };
        self == other || (short.len() >= LOCAL_DIGITS && long.ends_with(short))
    }

    /// Whether it is long enough to mean something beyond one exchange.
    pub fn is_public(&self) -> bool {
        self.0.len() >= LOCAL_DIGITS
    }
}

impl fmt::Display for TelephoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<String> {
        TelephoneNumber::canonical(text).map(|number| number.to_string())
    }

    #[test]
    fn numbers_lose_their_plus_and_their_separators() {
        for text in ["+12025550143", "12025550143", "+1 (202) 555-0143", "1.202.555.0143"] {
            assert_eq!(number(text).as_deref(), Some("12025550143"), "{text}");
        }
        assert_eq!(number("*69#").as_deref(), Some("*69#"));
        for text in ["", "+", "alice", "12x", "1+2", "１２", &"1".repeat(33)] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_may_lack_its_country() {
        let may = |one: &str, other: &str| {
            let both = [one, other].map(|text| TelephoneNumber::canonical(text).unwrap());
            assert_eq!(both[0].may_be(&both[1]), both[1].may_be(&both[0]), "{one} {other}");
            both[0].may_be(&both[1])
        };
        assert!(may("12025550143", "2025550143") && may("442079460123", "02079460123"));
        assert!(may("0033142345678", "+33142345678") && may("12025550143", "+12025550143"));
        assert!(!may("12025550143", "12025550144") && !may("12025550143", "143"));
        assert!(!may("12025550143", "13035550143"));
        assert!(
            may("0243550", "0243550") && !may("0243550", "243550"),
            "few digits are the same, or nothing"
        );
    }
}
