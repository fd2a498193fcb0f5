//! What an expression computes with.

use super::number::Number;
use std::borrow::Cow;
use std::cmp::Ordering;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A word, or a text with its quotes.
    Text(Cow<'a, str>),
    Number(Number),
}

impl<'a> Value<'a> {
    pub(super) fn truth(truth: bool) -> Self {
        Value::Number(Number::Integer(truth.into()))
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Text(text) => Number::parse(text),
        }
    }

    /// Empty, empty quotes, or zero.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Value::Number(number) => number.is_zero(),
            Value::Text(text) => {
                matches!(&**text, "" | "\"\"") || Number::parse(text).is_some_and(Number::is_zero)
            }
        }
    }

    /// Empty or zero, as `&` and `|` see it. Two quotes are something.
    pub(super) fn is_null(&self) -> bool {
        match self {
            Value::Text(text) if text == "\"\"" => false,
            _ => self.is_nothing(),
        }
    }

    /// What `!` makes 0 of; of any text, and of a fraction of 1, it makes 1.
    pub(super) fn is_whole_number_but_zero(&self) -> bool {
        self.number().is_some_and(|number| !number.truncated().is_zero())
    }

    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text),
            Value::Number(number) => Cow::Owned(number.to_string()),
        }
    }

    /// The text without quotes around it.
    pub(super) fn unquoted(&self) -> Cow<'_, str> {
        let text = self.text();
        let inside = text.len() >= 2 && text.starts_with('"') && text.ends_with('"');
        match text {
            _ if !inside => text,
            Cow::Borrowed(text) => Cow::Borrowed(&text[1..text.len() - 1]),
            Cow::Owned(text) => Cow::Owned(text[1..text.len() - 1].to_owned()),
        }
    }

    /// By number when both are numbers, by text otherwise.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a.compare(b),
            _ => self.text().cmp(&other.text()),
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Value::Text(text) => text.into_owned(),
            Value::Number(number) => number.to_string(),
        }
    }
}
