//! As much XML as presence documents need: text made safe, and a reader that peers cannot make work hard.
//!
//! The reader knows elements, attributes, text, CDATA, comments and the five named entities. It refuses document types, so
//! that no entity can grow, and bounds octets, depth and elements. Names are given without their prefix: documents in the
//! field differ in prefixes more than in meaning.

mod reader;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use reader::{Element, XmlError, parse};

/// Text as it may stand in an element or between quotes. What XML 1.0 cannot carry at all becomes a blank.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !matches!(c, '<' | '>' | '&' | '"' | '\'') && is_character(c);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c if is_character(c) => safe.push(c),
            _ => safe.push(' '),
        }
    }
    Cow::Owned(safe)
}

/// The characters of XML 1.0 (production 2), but for the line ends and tabs, which attributes would lose.
fn is_character(c: char) -> bool {
    c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// ` name="value"`.
pub(crate) fn attribute(text: &mut String, name: &str, value: &str) {
    // Writing into a String cannot fail.
    let _ = write!(text, " {name}=\"{}\"", escape(value));
}

/// The line that every document begins with.
pub(crate) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_safe() {
        assert_eq!(escape("plain é"), "plain é");
        assert_eq!(escape("a<b>&\"c\"'\u{1}\r\n"), "a&lt;b&gt;&amp;&quot;c&quot;&apos;   ");
    }
}
