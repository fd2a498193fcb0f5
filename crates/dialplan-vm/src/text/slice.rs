//! `${NAME:offset:length}`: a part of a value.

use super::Part;

/// Which part of a value is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Slice {
    Fixed(Bounds),
    /// The numbers are substituted first.
    Computed(Vec<Part>),
}

/// `offset[:length]`, counted in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Negative: from the end.
    offset: i64,
    /// Negative: so many less at the end. `None`: all the rest.
    length: Option<i64>,
}

impl Bounds {
    /// Reads what stands after the colon. Without a number at its start nothing is cut.
    pub(super) fn parse(text: &str) -> Self {
        let (offset, length) = match text.split_once(':') {
            Some((offset, length)) => (offset, number(length)),
            None => (text, None),
        };
        match number(offset) {
            Some(offset) => Self { offset, length },
            None => Self { offset: 0, length: None },
        }
    }

    /// Cuts the part out of a value.
    pub(super) fn of(self, value: &str) -> &str {
        let count = if value.is_ascii() { value.len() } else { value.chars().count() } as i64;
        let start = if self.offset < 0 { (count + self.offset).max(0) } else { self.offset.min(count) };
        let end = match self.length {
            None => count,
            Some(length) if length < 0 => (count + length).max(start),
            Some(length) => start.saturating_add(length).min(count),
        };
        &value[byte(value, start)..byte(value, end)]
    }
}

/// The offset of the character `index`, which is at most their count.
fn byte(value: &str, index: i64) -> usize {
    let index = index as usize;
    if value.is_ascii() {
        return index;
    }
    value.char_indices().nth(index).map_or(value.len(), |(at, _)| at)
}

/// The integer at the start of a text, within 32 bits.
fn number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return None;
    }
    let limit = i64::from(i32::MAX);
    let size = text[sign..sign + digits].parse().unwrap_or(limit).min(limit);
    Some(if text.starts_with('-') { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    #[test]
    fn slices_count_from_both_ends() {
        for (slice, expected) in [
            ("0", "12345"),
            ("1", "2345"),
            ("1:2", "23"),
            ("-2", "45"),
            ("-3:2", "34"),
            ("-9", "12345"),
            ("9", ""),
            ("1:-1", "234"),
            ("0:-2", "123"),
            ("2:-9", ""),
            ("-3:-1", "34"),
            (":2", "12345"),
            ("1:", "2345"),
            ("0:0", ""),
            ("x", "12345"),
            ("1:99999999999999999999", "2345"),
        ] {
            assert_eq!(Bounds::parse(slice).of("12345"), expected, "{slice}");
        }
        assert_eq!(Bounds::parse("1:2").of("aéîb"), "éî");
        assert_eq!(Bounds::parse("-1").of(""), "");
    }
}
