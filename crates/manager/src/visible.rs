//! Text that came from elsewhere, safe to show.

use std::borrow::Cow;

/// The text with its control characters written out, but for tabs: what comes from the network or from a file cannot
/// steer a terminal, end a line early, or turn the order of the letters around.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            seen.extend(c.escape_default());
        } else {
            seen.push(c);
        }
    }
    Cow::Owned(seen)
}

/// Controls of C0 and C1, separators of lines, and the marks that change the direction of writing.
fn is_hidden(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}') || turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_written_out_and_letters_stay() {
        assert_eq!(visible("Zoë\tDupont, 100 €"), "Zoë\tDupont, 100 €");
        assert_eq!(visible("a\u{1b}[2Jb\r\nc\u{7f}"), "a\\u{1b}[2Jb\\r\\nc\\u{7f}");
        // C1: a CSI in one character, which some terminals obey.
        assert_eq!(visible("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(visible("100\u{202e}999"), "100\\u{202e}999");
    }

    proptest::proptest! {
        #[test]
        fn nothing_hidden_is_left(text in "\\PC*|.*|[\u{0}-\u{9f}]{0,40}") {
            let seen = visible(&text);
            proptest::prop_assert!(!seen.chars().any(is_hidden));
            // Shown once more, it stays as it is.
            proptest::prop_assert_eq!(visible(&seen), seen.clone());
        }
    }
}
