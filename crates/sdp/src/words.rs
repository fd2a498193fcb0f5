//! Words of a value. They are short: a plain look at each octet finds the end of one sooner than a searcher that must be set
//! up. Where all of a line's are wanted, their ends are looked for together.

use wire_text::{Found, Places, Sixteen, all};

/// What stands before the first octet that `is_end`, which is ASCII, and what stands behind it; `None` behind where there is
/// no such octet.
#[inline]
pub(crate) fn cut(text: &str, is_end: impl Fn(u8) -> bool) -> (&str, Option<&str>) {
    let Some(at) = text.bytes().position(is_end) else { return (text, None) };
    (text.get(..at).unwrap_or_default(), text.get(at + 1..))
}

/// The first word, and what follows it; `None` where there are but blanks.
#[inline]
pub(crate) fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_ascii_start();
    let end = text.bytes().position(|octet| octet.is_ascii_whitespace()).unwrap_or(text.len());
    if end == 0 { None } else { text.split_at_checked(end) }
}

/// Words with blanks between, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a, E> {
    text: &'a str,
    ends: E,
    from: usize,
}

/// The words of a text.
#[inline]
pub(crate) fn words(text: &str) -> Words<'_, impl Iterator<Item = usize>> {
    Words { text, ends: Places::of(text.as_bytes(), blanks), from: 0 }
}

/// ASCII blanks, as the standard library has them.
#[inline]
fn blanks(octets: Sixteen) -> Found {
    octets.equal(b' ') | octets.within(b'\t', b'\n') | octets.within(0x0c, b'\r')
}

impl<'a, E: Iterator<Item = usize>> Words<'a, E> {
    /// What stands behind the words that were taken.
    #[inline]
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.from..).unwrap_or_default()
    }
}

impl<'a, E: Iterator<Item = usize>> Iterator for Words<'a, E> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        loop {
            let start = self.from;
            let end = self.ends.next().unwrap_or(self.text.len());
            self.from = (end + 1).min(self.text.len());
            if end > start {
                return self.text.get(start..end);
            }
            if end == self.text.len() {
                return None;
            }
        }
    }
}

/// A number of digits alone, without a sign; `None` also for one that does not fit.
#[inline]
pub(crate) fn number_of<N: TryFrom<u32>>(text: &str) -> Option<N> {
    let (number, end) = number_at(text.as_bytes(), 0)?;
    if end == text.len() { N::try_from(number).ok() } else { None }
}

/// The number whose digits begin at `at`, and where they end.
#[inline]
pub(crate) fn number_at(octets: &[u8], at: usize) -> Option<(u32, usize)> {
    let (mut number, mut end) = (0_u64, at);
    while let Some(octet) = octets.get(end) {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        number = number * 10 + u64::from(digit);
        if number > u64::from(u32::MAX) {
            return None;
        }
        end += 1;
    }
    // It was seen to fit.
    if end == at { None } else { Some((number as u32, end)) }
}

/// Whether there is a control character other than a tab.
#[inline]
pub(crate) fn has_control(text: &str) -> bool {
    // A tab is a control character, too, and stands in hardly any text.
    let is_plain = |octets: Sixteen| octets.within(b' ', 0x7e) | octets.within(0x80, 0xff);
    let is_control = |octet: u8| octet.is_ascii_control() && octet != b'\t';
    !all(text.as_bytes(), is_plain) && text.bytes().any(is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_character_is_found_wherever_it_stands() {
        for (at, octet) in (0..20).flat_map(|at| (0..128_u8).map(move |octet| (at, octet))) {
            let mut text = [b'\t', b'x', b' ', b'~'].repeat(5);
            text[at] = octet;
            let text = String::from_utf8(text).unwrap();
            assert_eq!(has_control(&text), octet.is_ascii_control() && octet != b'\t', "{octet} at {at}");
        }
        assert!(!has_control("\u{fc}bung macht den Meister") && has_control("\u{fc}bung\u{1} macht den"));
    }

    #[test]
    fn numbers_have_digits_alone_and_fit() {
        assert_eq!(
            (number_of("101"), number_of("0"), number_of("255")),
            (Some(101_u8), Some(0_u8), Some(255_u8))
        );
        assert_eq!(number_of("4294967295"), Some(u32::MAX));
        for odd in ["", "+1", "-1", "1 ", "256", "4294967296", "99999999999", "1x"] {
            assert_eq!(number_of::<u8>(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn a_text_is_cut_at_the_first_of_its_ends() {
        let slash = |octet| octet == b'/';
        assert_eq!(cut("opus/48000/2", slash), ("opus", Some("48000/2")));
        assert_eq!(cut("/8000", slash), ("", Some("8000")));
        assert_eq!(cut("PCMU/", slash), ("PCMU", Some("")));
        assert_eq!(cut("\u{fc}ber", slash), ("\u{fc}ber", None));
    }

    #[test]
    fn words_stand_between_blanks() {
        assert_eq!(word("  audio 49170 RTP/AVP"), Some(("audio", " 49170 RTP/AVP")));
        assert_eq!(word("8"), Some(("8", "")));
        assert_eq!(word(" \t"), None);
    }

    proptest::proptest! {
        #[test]
        fn words_are_those_of_the_standard_library(text in "([ -~\t\n\u{c}\r\u{b}\u{fc}]| {1,3}){0,90}") {
            proptest::prop_assert!(words(&text).eq(text.split_ascii_whitespace()));
            let mut rest = words(&text);
            let wanted = word(&text).map(|(first, rest)| (first, rest.trim_ascii()));
            proptest::prop_assert_eq!(rest.next().map(|first| (first, rest.rest().trim_ascii())), wanted);
        }

        #[test]
        fn numbers_are_read_as_by_the_standard_library(text in "[0-9]{0,12}x?") {
            proptest::prop_assert_eq!(number_of::<u32>(&text), text.parse().ok());
        }
    }
}
