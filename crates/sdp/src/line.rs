//! Lines of the form `x=value`, found as they are asked for.

use memchr::memchr2;

/// One line: its type letter and what follows the equals sign, blanks included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The type letter, for example `b'a'`.
    pub kind: u8,
    /// The value. It never holds CR or LF.
    pub value: &'a str,
}

impl<'a> Line<'a> {
    /// Splits `x=value`; `None` where the text has another form.
    fn split(text: &'a str) -> Option<Self> {
        match text.as_bytes() {
            [kind, b'=', ..] if kind.is_ascii_alphabetic() => Some(Self { kind: *kind, value: &text[2..] }),
            _ => None,
        }
    }
}

/// What stands between two line ends.
pub(crate) enum RawLine<'a> {
    /// A line of the right form.
    Line(Line<'a>),
    /// A line that is not UTF-8; its first octets tell its type.
    NotText(&'a [u8]),
    /// Anything else.
    Malformed,
}

/// The lines of a description or of a part of it, in order.
///
/// A line ends with CR LF, LF or CR, or with the last octet. Empty lines and lines that are not UTF-8
/// are passed over (old phones put Latin-1 into `s=`).
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    rest: Text<'a>,
}

/// UTF-8 is checked once for the whole description; only one that fails is checked line by line.
#[derive(Clone, Debug)]
enum Text<'a> {
    Utf8(&'a str),
    Octets(&'a [u8]),
}

impl<'a> Lines<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let rest = match core::str::from_utf8(bytes) {
            Ok(text) => Text::Utf8(text),
            Err(_) => Text::Octets(bytes),
        };
        Self { rest }
    }

    /// The next line that is not empty, whatever its form.
    pub(crate) fn next_raw(&mut self) -> Option<RawLine<'a>> {
        match &mut self.rest {
            Text::Utf8(rest) => {
                let text = next_text(rest)?;
                Some(Line::split(text).map_or(RawLine::Malformed, RawLine::Line))
            }
            Text::Octets(rest) => {
                let octets = next_octets(rest)?;
                Some(match core::str::from_utf8(octets) {
                    Ok(text) => Line::split(text).map_or(RawLine::Malformed, RawLine::Line),
                    Err(_) => RawLine::NotText(octets),
                })
            }
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            if let RawLine::Line(line) = self.next_raw()? {
                return Some(line);
            }
        }
    }
}

fn next_text<'a>(rest: &mut &'a str) -> Option<&'a str> {
    while !rest.is_empty() {
        let end = memchr2(b'\r', b'\n', rest.as_bytes());
        let (line, after) = match end {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (*rest, ""),
        };
        *rest = after;
        if !line.is_empty() {
            return Some(line);
        }
    }
    None
}

fn next_octets<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    while !rest.is_empty() {
        let end = memchr2(b'\r', b'\n', rest);
        let (line, after) = match end {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (*rest, &[][..]),
        };
        *rest = after;
        if !line.is_empty() {
            return Some(line);
        }
    }
    None
}

/// The lines up to the next `m=`: those of the session, or those of one media description.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    lines: Lines<'a>,
}

impl<'a> Section<'a> {
    pub(crate) fn new(lines: Lines<'a>) -> Self {
        Self { lines }
    }
}

impl<'a> Iterator for Section<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let line = self.lines.next()?;
        if line.kind == b'm' {
            self.lines = Lines::new(&[]);
            return None;
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn kinds(bytes: &[u8]) -> Vec<(char, &str)> {
        Lines::new(bytes).map(|line| (char::from(line.kind), line.value)).collect()
    }

    #[test]
    fn every_line_end_is_taken_and_the_last_may_be_missing() {
        assert_eq!(kinds(b"v=0\r\ns=-\nt=0 0\ra=x"), [('v', "0"), ('s', "-"), ('t', "0 0"), ('a', "x")]);
        assert_eq!(kinds(b"\r\n\r\nv=0\r\n\r\n"), [('v', "0")]);
        assert_eq!(kinds(b""), []);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_passed_over() {
        assert_eq!(kinds(b"v=0\r\ns=J\xfcrgen\r\nt=0 0\r\n"), [('v', "0"), ('t', "0 0")]);
    }

    #[test]
    fn a_section_ends_before_the_next_media_and_stays_ended() {
        let mut section = Section::new(Lines::new(b"a=1\nm=audio\na=2\n"));
        assert_eq!(section.next().map(|l| l.value), Some("1"));
        assert_eq!(section.next(), None);
        assert_eq!(section.next(), None);
    }
}
