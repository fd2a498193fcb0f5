//! Small scanners that several grammars share.

use core::str::FromStr;

use wire_text::{Sixteen, all, find, position};

/// The octets that may stand in a token (RFC 3261 §25.1).
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        byte += 1;
    }
    table
};

/// Whether `byte` may stand in a token.
pub(crate) const fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// Whether `octet` is a control character other than a tab.
pub(crate) const fn is_control(octet: u8) -> bool {
    (octet < b' ' && octet != b'\t') || octet == 0x7f
}

/// Whether there is a control character other than a tab.
#[inline]
pub(crate) fn has_control(octets: &[u8]) -> bool {
    // A tab is a control character, too, and stands in hardly any text.
    let is_plain = |octets: Sixteen| octets.within(b' ', 0x7e) | octets.within(0x80, 0xff);
    !all(octets, is_plain) && octets.iter().any(|octet| is_control(*octet))
}

/// Whether there is a CR or LF.
#[inline]
pub(crate) fn has_line_end(octets: &[u8]) -> bool {
    position(octets, |octets| octets.equal(b'\r') | octets.equal(b'\n')).is_some()
}

/// The lines of a head, each with the CRLF that ends it. A bare LF is part of its line.
pub(crate) fn crlf_lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    core::iter::from_fn(move || {
        let end = memchr::memmem::find(rest, b"\r\n").map_or(rest.len(), |at| at + 2);
        let (line, behind) = rest.split_at(end);
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

/// Whether `text` is a token (RFC 3261 §25.1): one octet at least, and none that may not stand in one.
pub fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token)
}

/// Whether `text` can stand as the value of a parameter without quotes: tokens, addresses, and what odd peers make up.
pub(crate) fn is_bare(text: &str) -> bool {
    let divides =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, ';' | ',' | '"' | '<' | '>' | '\\');
    !text.is_empty() && !text.contains(divides)
}

/// A number of digits alone, without a sign; `None` also for one that does not fit.
pub(crate) fn number<N: FromStr>(text: &str) -> Option<N> {
    // The standard parser takes a plus sign, and refuses all else but digits.
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// A number of digits alone; one that does not fit is the largest (RFC 3261 §20.19).
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

/// How many octets of `whole` stand before `part`, which is a slice of it.
pub(crate) fn offset(part: &str, whole: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Cuts `text` before the first `wanted`, which the second part begins with, if it is there.
#[inline]
pub(crate) fn split_before(text: &str, wanted: u8) -> (&str, &str) {
    text.split_at(find(text.as_bytes(), wanted).unwrap_or(text.len()))
}

/// The first place outside of quotes and angle brackets where `wanted` stands.
#[inline]
pub(crate) fn find_outside(text: &str, wanted: u8) -> Option<usize> {
    let first = find(text.as_bytes(), wanted)?;
    match position(&text.as_bytes()[..first], |octets| octets.equal(b'"') | octets.equal(b'<')) {
        None => Some(first),
        Some(_) => find_behind_marks(text, wanted),
    }
}

/// The same where quotes or brackets open.
fn find_behind_marks(text: &str, wanted: u8) -> Option<usize> {
    let (mut quoted, mut escaped, mut angled) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            byte if byte == wanted && !angled => return Some(at),
            b'<' => angled = true,
            b'>' => angled = false,
            _ => {}
        }
    }
    None
}

/// The elements of a comma-separated list; commas in quotes and angle brackets do not count, empty elements are passed
/// over.
#[derive(Clone, Debug)]
pub(crate) struct CommaList<'a>(pub(crate) Option<&'a str>);

impl<'a> Iterator for CommaList<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.0.take()?;
            let (element, tail) = match find_outside(rest, b',') {
                Some(comma) => (&rest[..comma], Some(&rest[comma + 1..])),
                None => (rest, None),
            };
            self.0 = tail;
            let element = element.trim_ascii();
            if !element.is_empty() {
                return Some(element);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_octet_is_found_wherever_it_stands() {
        for length in 0..40 {
            let blank = std::vec![b'x'; length];
            assert!(!has_control(&blank) && !has_line_end(&blank));
            for (at, octet) in (0..length).flat_map(|at| (0..=255).map(move |octet| (at, octet))) {
                let mut text = blank.clone();
                text[at] = octet;
                assert_eq!(has_control(&text), is_control(octet), "{octet} at {at} of {length}");
                assert_eq!(
                    has_line_end(&text),
                    matches!(octet, b'\r' | b'\n'),
                    "{octet} at {at} of {length}"
                );
            }
        }
    }

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let list = r#""Doe, J." <sip:a,b@c>;x="1,2", <sip:d> ,, "\",""#;
        let parts: alloc::vec::Vec<_> = CommaList(Some(list)).collect();
        assert_eq!(parts, [r#""Doe, J." <sip:a,b@c>;x="1,2""#, "<sip:d>", r#""\",""#]);
    }
}
