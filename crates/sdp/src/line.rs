//! Lines of the form `x=value`: found once, read as they are asked for.

use alloc::vec::Vec;
use core::{iter, slice};

use wire_text::{Places, Sixteen};

/// One line: its type letter and what follows the equals sign, blanks included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The type letter, for example `b'a'`.
    pub kind: u8,
    /// The value. It never holds CR or LF.
    pub value: &'a str,
}

/// The lines of a description or of a part of it, in order.
///
/// A line ends with CR LF, LF or CR, or with the last octet. Empty lines and lines that are not UTF-8
/// are not among them (old phones put Latin-1 into `s=`).
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    text: Text<'a>,
    spans: slice::Iter<'a, Span>,
}

impl<'a> Lines<'a> {
    /// The lines from here up to the next `m=`, or to the end.
    pub(crate) fn section(&self) -> Self {
        let spans = self.spans.as_slice();
        let end = spans.iter().position(|span| span.kind == b'm').unwrap_or(spans.len());
        Self { text: self.text, spans: spans[..end].iter() }
    }

    /// The value of the next line of this type, which is passed over with those before it.
    #[inline]
    pub(crate) fn next_of(&mut self, kind: u8) -> Option<&'a str> {
        let span = self.spans.find(|span| span.kind == kind)?;
        Some(self.text.value(*span))
    }

    /// The value of the first line of this type.
    pub(crate) fn value(mut self, kind: u8) -> Option<&'a str> {
        self.next_of(kind)
    }

    /// The values of the lines of this type. No other line is looked at.
    pub(crate) fn values(mut self, kind: u8) -> impl Iterator<Item = &'a str> + use<'a> {
        iter::from_fn(move || self.next_of(kind))
    }
}

impl<'a> Lines<'a> {
    /// The values of the attributes of this name, in any case, with the blanks around them. Most lines have another letter
    /// than the colon behind a name as long as this one, and are not looked at any further; nor are those whose value is not
    /// `wanted`.
    #[inline]
    pub(crate) fn attributes(
        mut self,
        name: &'static str,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> impl Iterator<Item = &'a str> {
        let octets = self.text.octets();
        iter::from_fn(move || {
            loop {
                let span = self.spans.find(|span| {
                    span.kind == b'a' && octets.get(usize::from(span.start) + name.len()) == Some(&b':')
                })?;
                let (start, end) = (usize::from(span.start), usize::from(span.end));
                let value_at = start + name.len() + 1;
                let Some(value) = octets.get(value_at..end) else { continue };
                // Nearly all write it as the RFC does.
                let written = octets.get(start..value_at - 1)?;
                if wanted(value)
                    && (written == name.as_bytes() || written.eq_ignore_ascii_case(name.as_bytes()))
                {
                    return Some(self.text.slice(value_at, end));
                }
            }
        })
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let span = *self.spans.next()?;
        Some(Line { kind: span.kind, value: self.text.value(span) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

/// The octets of a description. UTF-8 is checked once for the whole; only one that fails is checked line by line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text<'a> {
    Utf8(&'a str),
    Octets(&'a [u8]),
}

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        core::str::from_utf8(bytes).map_or(Self::Octets(bytes), Self::Utf8)
    }

    fn octets(self) -> &'a [u8] {
        match self {
            Self::Utf8(text) => text.as_bytes(),
            Self::Octets(octets) => octets,
        }
    }

    /// The value of a line. A span is made only for a line that was found to be UTF-8, so that neither is ever empty
    /// in place of what is there.
    #[inline]
    pub(crate) fn value(self, span: Span) -> &'a str {
        self.slice(span.start.into(), span.end.into())
    }

    /// A part of a line, from and up to an ASCII character.
    #[inline]
    fn slice(self, start: usize, end: usize) -> &'a str {
        let range = start..end;
        match self {
            Self::Utf8(text) => text.get(range).unwrap_or_default(),
            Self::Octets(octets) => {
                octets.get(range).and_then(|octets| core::str::from_utf8(octets).ok()).unwrap_or_default()
            }
        }
    }
}

/// Where the value of a line lies. Offsets fit, because a description has at most 65,535 octets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    start: u16,
    end: u16,
    pub(crate) kind: u8,
}

/// The lines that fit without an allocation: those of any telephone. A browser writes more.
const INLINE: usize = 32;

/// Where each line of a description lies.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    inline: [Span; INLINE],
    count: usize,
    /// All of them, once there are more than fit inline.
    all: Vec<Span>,
}

impl Index {
    pub(crate) const fn new() -> Self {
        Self { inline: [Span { start: 0, end: 0, kind: 0 }; INLINE], count: 0, all: Vec::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, span: Span) {
        if self.count == INLINE {
            self.all.extend_from_slice(&self.inline);
        }
        match self.inline.get_mut(self.count) {
            Some(free) => *free = span,
            None => self.all.push(span),
        }
        self.count += 1;
    }

    pub(crate) fn lines<'a>(&'a self, text: Text<'a>) -> Lines<'a> {
        let spans = self.inline.get(..self.count).unwrap_or(&self.all);
        Lines { text, spans: spans.iter() }
    }
}

/// What stands between two line ends.
pub(crate) enum RawLine<'a> {
    /// A line of the right form.
    Line(Span),
    /// A line that is not UTF-8; its first octets tell its type.
    NotText(&'a [u8]),
    /// Anything else.
    Malformed,
}

/// Finds the lines that are not empty, whatever their form.
pub(crate) struct Scanner<'a, E> {
    text: Text<'a>,
    octets: &'a [u8],
    ends: E,
    at: usize,
}

/// Looks for lines in `octets`, which are at most 65,535.
#[inline]
pub(crate) fn scan<'a>(octets: &'a [u8], text: Text<'a>) -> Scanner<'a, impl Iterator<Item = usize>> {
    // Between the two octets of CR LF stands a line that is empty.
    let ends = Places::of(octets, |octets: Sixteen| octets.equal(b'\r') | octets.equal(b'\n'));
    Scanner { text, octets, ends, at: 0 }
}

impl<'a, E> Scanner<'a, E> {
    #[inline]
    fn read(&self, start: usize, end: usize) -> RawLine<'a> {
        let octets = &self.octets[start..end];
        if matches!(self.text, Text::Octets(_)) && core::str::from_utf8(octets).is_err() {
            return RawLine::NotText(octets);
        }
        match (octets, u16::try_from(start + 2), u16::try_from(end)) {
            (&[kind, b'=', ..], Ok(start), Ok(end)) if kind.is_ascii_alphabetic() => {
                RawLine::Line(Span { start, end, kind })
            }
            _ => RawLine::Malformed,
        }
    }
}

impl<'a, E: Iterator<Item = usize>> Iterator for Scanner<'a, E> {
    type Item = RawLine<'a>;

    #[inline]
    fn next(&mut self) -> Option<RawLine<'a>> {
        while self.at < self.octets.len() {
            let start = self.at;
            let end = self.ends.next().unwrap_or(self.octets.len());
            self.at = end + 1;
            if end > start {
                return Some(self.read(start, end));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> Vec<(char, &str)> {
        let lines = scan(bytes, Text::new(bytes)).filter_map(|raw| match raw {
            RawLine::Line(span) => Some((char::from(span.kind), Text::new(bytes).value(span))),
            _ => None,
        });
        lines.collect()
    }

    #[test]
    fn every_line_end_is_taken_and_the_last_may_be_missing() {
        assert_eq!(kinds(b"v=0\r\ns=-\nt=0 0\ra=x"), [('v', "0"), ('s', "-"), ('t', "0 0"), ('a', "x")]);
        assert_eq!(kinds(b"\r\n\r\nv=0\r\n\r\n\n\r"), [('v', "0")]);
        assert_eq!(kinds(b""), []);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_passed_over() {
        assert_eq!(kinds(b"v=0\r\ns=J\xfcrgen\r\nt=0 0\r\n"), [('v', "0"), ('t', "0 0")]);
        assert_eq!(kinds("s=J\u{fc}rgen".as_bytes()), [('s', "J\u{fc}rgen")]);
    }

    #[test]
    fn an_index_grows_past_what_is_inline() {
        let text = "a=1\n".repeat(INLINE - 1) + "m=2\na=3\na=4\n";
        let (octets, mut index) = (text.as_bytes(), Index::new());
        for count in 1.. {
            let Some(RawLine::Line(span)) = scan(octets, Text::Utf8(&text)).nth(count - 1) else {
                break;
            };
            index.push(span);
            assert_eq!(index.lines(Text::Utf8(&text)).count(), count);
        }
        let mut lines = index.lines(Text::Utf8(&text));
        assert_eq!(lines.section().count(), INLINE - 1);
        assert_eq!(lines.nth(INLINE - 1), Some(Line { kind: b'm', value: "2" }));
        assert_eq!(lines.map(|line| line.value).collect::<Vec<_>>(), ["3", "4"]);
    }
}
