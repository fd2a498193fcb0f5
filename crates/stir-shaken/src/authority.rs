//! `TNAuthList`: the numbers and carriers that a certificate speaks for (RFC 8226 section 9).

use crate::der::{self, IA5_STRING, INTEGER, SEQUENCE, context};
use crate::number::TelephoneNumber;

/// Most entries that are read of one certificate.
const MAX_ENTRIES: usize = 1_000;

/// Longest telephone number in a certificate (RFC 8226 section 9).
const LONGEST_NUMBER: usize = 15;

/// What a certificate may sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberAuthority {
    /// The entries, in their order; at least one.
    pub entries: Vec<NumberEntry>,
}

/// One entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberEntry {
    /// The code of a carrier (SPC). Which numbers are the carrier's, no certificate tells.
    Carrier(String),
    /// So many numbers from this one on.
    Range {
        /// The first.
        start: TelephoneNumber,
        /// How many, two at least.
        count: u64,
    },
    /// One number.
    Number(TelephoneNumber),
}

/// The extension cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// It is not encoded as RFC 8226 says.
    #[error("its TNAuthList is not encoded as RFC 8226 section 9 says")]
    Malformed,
    /// It has too many entries.
    #[error("its TNAuthList has more than 1,000 entries")]
    TooLong,
}

impl NumberAuthority {
    /// Reads the octets of the extension.
    ///
    /// # Errors
    /// [`AuthorityError`] when they are no `TNAuthorizationList`, or have more than a thousand entries.
    pub fn from_der(octets: &[u8]) -> Result<Self, AuthorityError> {
        let mut rest = der::only(SEQUENCE, octets).ok_or(AuthorityError::Malformed)?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let (tag, content, behind) = der::element(rest).ok_or(AuthorityError::Malformed)?;
            if entries.len() == MAX_ENTRIES {
                return Err(AuthorityError::TooLong);
            }
            entries.push(entry(tag, content).ok_or(AuthorityError::Malformed)?);
            rest = behind;
        }
        if entries.is_empty() { Err(AuthorityError::Malformed) } else { Ok(Self { entries }) }
    }

    /// The codes of the carriers.
    pub fn carriers(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            NumberEntry::Carrier(code) => Some(code.as_str()),
            _ => None,
        })
    }

    /// Whether it may sign for the number. A carrier's certificate may sign for any: nobody can tell which are its own.
    pub fn covers(&self, number: &TelephoneNumber) -> bool {
        self.entries.iter().any(|entry| match entry {
            NumberEntry::Carrier(_) => true,
            NumberEntry::Number(one) => one == number,
            NumberEntry::Range { start, count } => is_in_range(start, *count, number),
        })
    }
}

/// Whether a number of the same length lies among `count` numbers from `start` on.
fn is_in_range(start: &TelephoneNumber, count: u64, number: &TelephoneNumber) -> bool {
    let value = |number: &TelephoneNumber| number.as_str().parse::<u64>().ok();
    let same_length = start.as_str().len() == number.as_str().len();
    let (Some(first), Some(asked)) = (value(start), value(number)) else { return false };
    same_length && asked.checked_sub(first).is_some_and(|step| step < count)
}

fn entry(tag: u8, content: &[u8]) -> Option<NumberEntry> {
    const CARRIER: u8 = context(0);
    const RANGE: u8 = context(1);
    const NUMBER: u8 = context(2);
    match tag {
        CARRIER => {
            let code = std::str::from_utf8(der::only(IA5_STRING, content)?).ok()?;
            (!code.is_empty() && code.is_ascii()).then(|| NumberEntry::Carrier(code.to_owned()))
        }
        RANGE => range(der::only(SEQUENCE, content)?),
        NUMBER => number(der::only(IA5_STRING, content)?).map(NumberEntry::Number),
        _ => None,
    }
}

/// `start` and `count`; what later versions may add behind them is passed over.
fn range(content: &[u8]) -> Option<NumberEntry> {
    let (IA5_STRING, start, rest) = der::element(content)? else { return None };
    let (INTEGER, count, _) = der::element(rest)? else { return None };
    let is_positive = count.first().is_some_and(|octet| octet & 0x80 == 0);
    if !is_positive || count.len() > 8 {
        return None;
    }
    let count = count.iter().fold(0_u64, |value, octet| value << 8 | u64::from(*octet));
    (count >= 2).then_some(NumberEntry::Range { start: number(start)?, count })
}

fn number(octets: &[u8]) -> Option<TelephoneNumber> {
    let text = std::str::from_utf8(octets).ok()?;
    let fits = text.len() <= LONGEST_NUMBER && text.bytes().all(|octet| b"0123456789#*".contains(&octet));
    fits.then(|| TelephoneNumber::canonical(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> TelephoneNumber {
        TelephoneNumber::canonical(text).unwrap()
    }

    #[test]
    fn a_carrier_speaks_for_every_number() {
        let list = NumberAuthority::from_der(b"\x30\x08\xa0\x06\x16\x04709J").unwrap();
        assert_eq!(list.carriers().collect::<Vec<_>>(), ["709J"]);
        assert!(list.covers(&number("12025550143")));
    }

    #[test]
    fn numbers_and_ranges_speak_for_themselves() {
        let octets = b"\x30\x23\xa1\x12\x30\x10\x16\x0b12025550100\x02\x01\x0a\xa2\x0d\x16\x0b13035550199";
        let list = NumberAuthority::from_der(octets).unwrap();
        assert_eq!(list.entries.len(), 2);
        for covered in ["12025550100", "12025550109", "13035550199"] {
            assert!(list.covers(&number(covered)), "{covered}");
        }
        for other in ["12025550110", "12025550099", "2025550100", "13035550190", "*2025550100"] {
            assert!(!list.covers(&number(other)), "{other}");
        }
        assert_eq!(list.carriers().count(), 0);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let odd: [&[u8]; 8] = [
            b"",
            b"\x30\x00",
            b"\x31\x08\xa0\x06\x16\x04709J",
            b"\x30\x08\xa3\x06\x16\x04709J",
            b"\x30\x08\xa0\x06\x0c\x04709J",
            b"\x30\x08\xa0\x06\x16\x04709J\x00",
            b"\x30\x08\xa2\x06\x16\x0412a4",
            b"\x30\x0b\xa1\x09\x30\x07\x16\x0212\x02\x01\x01",
        ];
        for octets in odd {
            assert_eq!(NumberAuthority::from_der(octets), Err(AuthorityError::Malformed), "{octets:?}");
        }
        let mut long: Vec<u8> = Vec::new();
        (0..1_001).for_each(|_| long.extend(b"\xa0\x03\x16\x01A"));
        let mut list = vec![0x30, 0x82];
        list.extend(u16::try_from(long.len()).unwrap().to_be_bytes());
        list.extend(long);
        assert_eq!(NumberAuthority::from_der(&list), Err(AuthorityError::TooLong));
    }
}
