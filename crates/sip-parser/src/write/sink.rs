//! Where the lines of a message go: once to be measured, once to be written, so that the octets of a message are allocated
//! once and exactly.

use alloc::vec::Vec;

use crate::scan::{has_control, has_line_end, is_control};

/// Takes text.
pub(super) trait Sink {
    /// Takes octets as they are.
    fn push(&mut self, octets: &[u8]);

    /// Takes a value, its control characters made blanks, so that it cannot end its line.
    fn value(&mut self, text: &str);

    /// Takes a value that is copied from a message. It stays as it came, other control characters too, for a quoted string
    /// may hold them; only what would end its line becomes a blank.
    fn copied(&mut self, text: &str);
}

/// Counts the octets. What is replaced is as long as what stands for it, so that it need not be looked for.
#[derive(Default)]
pub(super) struct Length(pub(super) usize);

impl Sink for Length {
    #[inline]
    fn push(&mut self, octets: &[u8]) {
        self.0 += octets.len();
    }

    #[inline]
    fn value(&mut self, text: &str) {
        self.0 += text.len();
    }

    #[inline]
    fn copied(&mut self, text: &str) {
        self.0 += text.len();
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn push(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }

    #[inline]
    fn value(&mut self, text: &str) {
        match has_control(text.as_bytes()) {
            false => Sink::push(self, text.as_bytes()),
            true => self.extend(text.bytes().map(|octet| if is_control(octet) { b' ' } else { octet })),
        }
    }

    #[inline]
    fn copied(&mut self, text: &str) {
        let ends_line = |octet: u8| matches!(octet, b'\r' | b'\n');
        match has_line_end(text.as_bytes()) {
            false => Sink::push(self, text.as_bytes()),
            true => self.extend(text.bytes().map(|octet| if ends_line(octet) { b' ' } else { octet })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_blanks() {
        let mut text = Vec::new();
        text.value("a\r\nb\tc\u{7f}\u{fc}");
        assert_eq!(text, "a  b\tc \u{fc}".as_bytes());
    }
}
