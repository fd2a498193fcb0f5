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

#[cfg(test)]
mod tests {
    use super::*;

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
