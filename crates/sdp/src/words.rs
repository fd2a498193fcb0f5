//! Words of a value. They are short: a plain look at each octet finds their end sooner than a searcher that must be set up.

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

/// A number of digits alone, without a sign; `None` also for one that does not fit.
#[inline]
pub(crate) fn number_of<N: TryFrom<u32>>(text: &str) -> Option<N> {
    let (number, end) = number_at(text.as_bytes(), 0)?;
    if end == text.len() { N::try_from(number).ok() } else { None }
}

/// The number whose digits begin at `at`, and where they end.
#[inline]
pub(crate) fn number_at(octets: &[u8], at: usize) -> Option<(u32, usize)> {
    let (mut number, mut end) = (0_u32, at);
    while let Some(octet) = octets.get(end).filter(|octet| octet.is_ascii_digit()) {
        number = number.checked_mul(10)?.checked_add(u32::from(octet - b'0'))?;
        end += 1;
    }
    if end == at { None } else { Some((number, end)) }
}

/// Whether there is a control character other than a tab.
#[inline]
pub(crate) fn has_control(text: &str) -> bool {
    let is_control = |octet: &u8| octet.is_ascii_control() && *octet != b'\t';
    // Eight at a time. From 0x20 to 0x7e an octet has no high bit, nor with 0x20 taken off, nor with 1 put on top; where
    // one is not like that, each is looked at.
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let is_plain = |octets: &[u8; 8]| {
        let word = u64::from_ne_bytes(*octets);
        (word | word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES)) & HIGHS == 0
    };
    words.iter().any(|octets| !is_plain(octets) && octets.iter().any(is_control))
        || rest.iter().any(is_control)
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
}
