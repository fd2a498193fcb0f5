//! Which part of a file is meant.

use std::ops::Range;

use super::lines::LineEnd;

/// Offset and length, in octets or in lines; below zero they count from the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) offset: i64,
    pub(super) length: Option<i64>,
}

impl Part {
    /// Reads both; empty ones are the beginning and the end.
    pub(super) fn parse(offset: &str, length: &str) -> Option<Self> {
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            digits => digits.parse::<i64>().ok().map(Some),
        };
        Some(Self { offset: number(offset)?.unwrap_or(0), length: number(length)? })
    }

    /// The units that are meant, of so many.
    pub(super) fn of(self, count: usize) -> Range<usize> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let from_end = |value: i64| if value < 0 { count.saturating_add(value).max(0) } else { value };
        let start = from_end(self.offset).min(count);
        let end = match self.length {
            None => count,
            Some(length) if length < 0 => from_end(length).max(start),
            Some(length) => start.saturating_add(length).min(count),
        };
        // Both are between 0 and the count.
        start as usize..end as usize
    }

    /// The octets that are meant; `lines` counts lines and not octets.
    pub(super) fn octets(self, content: &[u8], lines: Option<LineEnd>) -> Range<usize> {
        match lines {
            None => self.of(content.len()),
            Some(end) => {
                let starts = end.starts(content);
                let lines = self.of(starts.len() - 1);
                starts[lines.start]..starts[lines.end]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_count_from_both_ends_and_stay_inside() {
        for (offset, length, expected) in [
            ("", "", 0..10),
            ("2", "3", 2..5),
            ("-3", "", 7..10),
            ("-3", "2", 7..9),
            ("2", "-2", 2..8),
            ("8", "9", 8..10),
            ("20", "1", 10..10),
            ("-20", "1", 0..1),
            ("5", "-9", 5..5),
            ("9223372036854775807", "9223372036854775807", 10..10),
            ("-9223372036854775808", "-9223372036854775808", 0..0),
        ] {
            assert_eq!(Part::parse(offset, length).unwrap().of(10), expected, "{offset} {length}");
        }
        assert_eq!(Part::parse("x", ""), None);
        let lines = Part::parse("1", "1").unwrap();
        assert_eq!(lines.octets(b"one\ntwo\nthree", Some(LineEnd::Unix)), 4..8);
        assert_eq!(lines.octets(b"", Some(LineEnd::Dos)), 0..0);
    }
}
