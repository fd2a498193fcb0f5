//! Which listed header a name means: one multiplication, one look into a table and one comparison of sixteen octets.

use wire_text::Sixteen;

use super::name::{COMPACT, HeaderName, LONG, NAMES};
use crate::scan::is_token;

/// The number of every name that is not listed.
pub(crate) const UNLISTED: u8 = u8::MAX;

/// Chains that names are spread over, a power of two.
const BUCKETS: usize = 512;

/// Names by their hash: the first of a chain. Nearly every chain holds one name.
static CHAINS: [u8; BUCKETS] = chains().0;

/// The next name of each chain.
static NEXT: [u8; LONG.len()] = chains().1;

/// Names in lower case, and which of their octets are letters; zero for those longer than a word.
static WORDS: [Word; LONG.len()] = words();

/// Listed names by the letter of their compact form.
static LETTERS: [u8; 32] = letters();

/// All bits of as many octets, the lowest.
static BELOW: [u128; 16] = {
    let mut below = [0; 16];
    let mut octets = 1;
    while octets < 16 {
        below[octets] = (1 << (8 * octets)) - 1;
        octets += 1;
    }
    below
};

/// A name of up to sixteen octets, the first one lowest.
#[derive(Clone, Copy)]
struct Word {
    lower: u128,
    /// The bit that tells small letters from capitals, at each letter.
    case: u128,
}

/// The name that a header line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineName {
    /// The number of a listed name, or [`UNLISTED`].
    pub(crate) number: u8,
    /// Octets before the colon, blanks included.
    pub(crate) colon: usize,
}

impl LineName {
    /// Reads the name at the beginning of `line`, which may go on beyond its end; `None` when there is no token with a
    /// colon behind it (RFC 3261 §7.3.1).
    #[inline]
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        line.first_chunk().and_then(Self::short).or_else(|| Self::any(line))
    }

    /// A listed name with its colon among the first sixteen octets, without blanks between.
    #[inline]
    fn short(octets: &[u8; 16]) -> Option<Self> {
        let colons = Sixteen::new(octets).equal(b':').bits();
        let colon = colons.trailing_zeros() as usize;
        let last = *octets.get(colon.checked_sub(1)?)?;
        let number = if colon == 1 {
            letter(last)
        } else {
            let name = u128::from_le_bytes(*octets) & BELOW.get(colon)?;
            find(chain_of(colon, octets[0], last), |number| {
                let word = &WORDS[number];
                name | word.case == word.lower
            })
        };
        (number != UNLISTED).then_some(Self { number, colon })
    }

    /// Any other name; `line` may go on beyond its end.
    #[inline(never)]
    fn any(line: &[u8]) -> Option<Self> {
        let length = line.iter().position(|byte| !is_token(*byte)).filter(|length| *length > 0)?;
        let blanks = line[length..].iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let colon = length + blanks;
        (line[colon] == b':').then(|| Self { number: number_of(&line[..length]), colon })
    }
}

/// The number of the listed name that `text` means, in any case; [`UNLISTED`] for another one.
pub(crate) fn number_of(text: &[u8]) -> u8 {
    match text {
        [] => UNLISTED,
        [only] => letter(*only),
        [first, .., last] => find(chain_of(text.len(), *first, *last), |number| {
            LONG[number].as_bytes().eq_ignore_ascii_case(text)
        }),
    }
}

/// The listed name of a number.
pub(crate) fn by_number(number: u8) -> Option<&'static HeaderName> {
    NAMES.get(usize::from(number))
}

/// The first name of a chain that `is` it.
#[inline]
fn find(chain: usize, is: impl Fn(usize) -> bool) -> u8 {
    let mut number = CHAINS[chain];
    while usize::from(number) < LONG.len() {
        if is(usize::from(number)) {
            return number;
        }
        number = NEXT[usize::from(number)];
    }
    UNLISTED
}

/// The listed name of a compact form.
#[inline]
fn letter(octet: u8) -> u8 {
    if octet.is_ascii_alphabetic() { LETTERS[usize::from(octet & 31)] } else { UNLISTED }
}

/// The chain of the names with this length, first and last octet, whatever their case.
#[inline]
const fn chain_of(length: usize, first: u8, last: u8) -> usize {
    // Of the small factors, these leave the fewest names together.
    (length + (first & 31) as usize * 38 + (last & 31) as usize * 23) & (BUCKETS - 1)
}

const fn chains() -> ([u8; BUCKETS], [u8; LONG.len()]) {
    let (mut chains, mut next) = ([UNLISTED; BUCKETS], [UNLISTED; LONG.len()]);
    let mut number = LONG.len();
    while number > 0 {
        number -= 1;
        let name = LONG[number].as_bytes();
        let at = chain_of(name.len(), name[0], name[name.len() - 1]);
        next[number] = chains[at];
        chains[at] = number as u8;
    }
    (chains, next)
}

const fn words() -> [Word; LONG.len()] {
    let mut words = [Word { lower: 0, case: 0 }; LONG.len()];
    let mut number = 0;
    while number < LONG.len() {
        let name = LONG[number].as_bytes();
        let mut at = 0;
        while name.len() <= 16 && at < name.len() {
            words[number].lower |= (name[at].to_ascii_lowercase() as u128) << (8 * at);
            words[number].case |= (name[at].is_ascii_alphabetic() as u128 * 0x20) << (8 * at);
            at += 1;
        }
        number += 1;
    }
    words
}

const fn letters() -> [u8; 32] {
    let mut letters = [UNLISTED; 32];
    let mut number = 0;
    while number < COMPACT.len() {
        if COMPACT[number] != 0 {
            letters[(COMPACT[number] & 31) as usize] = number as u8;
        }
        number += 1;
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_found_in_any_case() {
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(usize::from(name.number()), number);
            for text in [name.as_str().to_uppercase(), name.as_str().to_lowercase()] {
                assert_eq!(HeaderName::from(text.as_str()), *name);
                let found = LineName { number: name.number(), colon: text.len() };
                assert_eq!(LineName::read(format!("{text}: and a long value").as_bytes()), Some(found));
                assert_eq!(LineName::read(format!("{text}:").as_bytes()), Some(found));
            }
        }
        assert_eq!(number_of(b"Xia"), UNLISTED);
        assert_eq!(number_of(b"1"), UNLISTED);
    }

    #[test]
    fn what_only_looks_like_a_listed_name_is_none() {
        let number = |line: &str| LineName::read(line.as_bytes()).map(|name| name.number);
        assert_eq!(number("Call\rID: a and a long value"), None);
        assert_eq!(number("Call ID: a and a long value"), None);
        assert_eq!(number(": a value without a name"), None);
        assert_eq!(number("no colon in all of this line"), None);
        assert_eq!(number("1: a number is no compact form"), Some(UNLISTED));
        assert_eq!(number("X-Call-ID: a and a long value"), Some(UNLISTED));
        assert_eq!(number("Via \t : blanks before the colon"), Some(HeaderName::Via.number()));
    }

    #[test]
    fn chains_are_short() {
        assert!(NEXT.iter().filter(|next| **next != UNLISTED).count() <= 2, "look for better factors");
    }
}
