//! Small scanners that several grammars share.

/// The octets that may stand in a token (RFC 3261 §25.1).
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~');
        byte += 1;
    }
    table
};

/// Whether `byte` may stand in a token.
pub(crate) const fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// The first place outside of quotes and angle brackets where `wanted` stands.
pub(crate) fn find_outside(text: &str, wanted: u8) -> Option<usize> {
    // Most values hold none at all, which is quickly seen.
    memchr::memchr(wanted, text.as_bytes())?;
    let (mut quoted, mut escaped, mut angled) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            byte if byte == wanted && !angled => return Some(at),
            b'<' => angled = true,
            b'>' => angled = false,
            _ => {}
        }
    }
    None
}

/// The elements of a comma-separated list; commas in quotes and angle brackets do not count, empty elements are passed
/// over.
#[derive(Clone, Debug)]
pub(crate) struct CommaList<'a>(pub(crate) Option<&'a str>);

impl<'a> Iterator for CommaList<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.0.take()?;
            let (element, tail) = match find_outside(rest, b',') {
                Some(comma) => (&rest[..comma], Some(&rest[comma + 1..])),
                None => (rest, None),
            };
            self.0 = tail;
            let element = element.trim_ascii();
            if !element.is_empty() {
                return Some(element);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_do_not_split() {
        let list = r#""Doe, J." <sip:a,b@c>;x="1,2", <sip:d> ,, "\",""#;
        let parts: alloc::vec::Vec<_> = CommaList(Some(list)).collect();
        assert_eq!(parts, [r#""Doe, J." <sip:a,b@c>;x="1,2""#, "<sip:d>", r#""\",""#]);
    }
}
