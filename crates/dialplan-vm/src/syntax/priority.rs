//! The second part of an `exten` line: a priority, and perhaps its label.

use std::ops::Range;

/// What a line says about its priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrioritySpec {
    pub(crate) base: Base,
    /// Added to the base: the 101 of `n+101`.
    pub(crate) offset: u32,
    /// The place of the label in the text.
    pub(crate) label: Option<Range<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    Number(u32),
    /// `n`: one after the line before.
    Next,
    /// `s`: that of the line before.
    Same,
    Hint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PriorityError {
    NotAPriority,
    UnclosedLabel,
}

/// Reads `1`, `n`, `s`, `hint`, with `+number` and `(label)` in any order after it.
pub(crate) fn priority(text: &str) -> Result<PrioritySpec, PriorityError> {
    let (mut rest, mut label) = (text.to_owned(), None);
    if let Some(open) = text.find('(') {
        let close = text[open..].find(')').ok_or(PriorityError::UnclosedLabel)? + open;
        let inner = &text[open + 1..close];
        let start = open + 1 + inner.len() - inner.trim_start().len();
        label = Some(start..start + inner.trim().len()).filter(|range| !range.is_empty());
        rest = format!("{}{}", &text[..open], &text[close + 1..]);
    }
    let (base, offset) = match rest.split_once('+') {
        Some((base, offset)) => (base.trim(), number(offset).ok_or(PriorityError::NotAPriority)?),
        None => (rest.trim(), 0),
    };
    let base = match base.to_ascii_lowercase().as_str() {
        "n" | "next" => Base::Next,
        "s" | "same" => Base::Same,
        "hint" => Base::Hint,
        other => Base::Number(number(other).filter(|&n| n > 0).ok_or(PriorityError::NotAPriority)?),
    };
    Ok(PrioritySpec { base, offset, label })
}

/// A number of digits alone that fits a signed 32-bit integer, as everywhere in a dialplan.
fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&n: &u32| digits && n <= i32::MAX as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Base, u32, Option<&str>), PriorityError> {
        priority(text).map(|spec| (spec.base, spec.offset, spec.label.map(|range| &text[range])))
    }

    #[test]
    fn priorities_in_all_their_forms() {
        assert_eq!(read("1"), Ok((Base::Number(1), 0, None)));
        assert_eq!(read("N"), Ok((Base::Next, 0, None)));
        assert_eq!(read("n( busy )"), Ok((Base::Next, 0, Some("busy"))));
        assert_eq!(read("n+101(x)"), Ok((Base::Next, 101, Some("x"))));
        assert_eq!(read("s(x)+1"), Ok((Base::Same, 1, Some("x"))));
        assert_eq!(read("hint"), Ok((Base::Hint, 0, None)));
        assert_eq!(read("n()"), Ok((Base::Next, 0, None)));
    }

    #[test]
    fn what_is_no_priority() {
        for text in ["", "0", "m", "-1", "n+", "n+x", "1.5", "99999999999", "+1"] {
            assert_eq!(read(text), Err(PriorityError::NotAPriority), "{text}");
        }
        assert_eq!(read("n(x"), Err(PriorityError::UnclosedLabel));
    }
}
