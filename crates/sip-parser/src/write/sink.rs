//! Where the lines of a message go: once to be measured, once to be written, so that the octets of a message are allocated
//! once and exactly.

use alloc::vec::Vec;

/// Takes text.
pub(super) trait Sink {
    fn push(&mut self, octets: &[u8]);
}

/// Counts the octets.
#[derive(Default)]
pub(super) struct Length(pub(super) usize);

impl Sink for Length {
    #[inline]
    fn push(&mut self, octets: &[u8]) {
        self.0 += octets.len();
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn push(&mut self, octets: &[u8]) {
        self.extend_from_slice(octets);
    }
}

/// Writes a number.
pub(super) fn number(sink: &mut impl Sink, mut number: usize) {
    let (mut digits, mut at) = ([0_u8; 20], 20);
    loop {
        at -= 1;
        // A digit fits an octet, and twenty of them hold every number of 64 bits.
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return sink.push(&digits[at..]);
        }
    }
}

/// Writes a value, its control characters made blanks, so that it cannot end its line.
#[inline]
pub(super) fn value(sink: &mut impl Sink, text: &str) {
    if is_one_line(text) {
        return sink.push(text.as_bytes());
    }
    for octet in text.bytes() {
        sink.push(&[if is_control(octet) { b' ' } else { octet }]);
    }
}

/// Writes a value that is copied from a message. It stays as it came, other control characters too, for a quoted string may
/// hold them; only what would end its line becomes a blank.
#[inline]
pub(super) fn copied(sink: &mut impl Sink, text: &str) {
    if memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_none() {
        return sink.push(text.as_bytes());
    }
    for octet in text.bytes() {
        sink.push(&[if matches!(octet, b'\r' | b'\n') { b' ' } else { octet }]);
    }
}

/// Whether there is no control character in a text. It looks at all of it, which is faster than to stop at one.
#[inline]
fn is_one_line(text: &str) -> bool {
    !text.bytes().fold(false, |found, octet| found | is_control(octet))
}

#[inline]
const fn is_control(octet: u8) -> bool {
    (octet < b' ' && octet != b'\t') || octet == 0x7f
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for wanted in [0, 7, 10, 486, usize::MAX] {
            let mut text = Vec::new();
            number(&mut text, wanted);
            assert_eq!(text, wanted.to_string().as_bytes());
        }
    }

    #[test]
    fn control_characters_become_blanks() {
        let mut text = Vec::new();
        value(&mut text, "a\r\nb\tc\u{7f}\u{fc}");
        assert_eq!(text, "a  b\tc \u{fc}".as_bytes());
    }
}
