//! Percent escapes (RFC 3261 §25.1).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt::Write as _;

/// Undoes percent escapes; a `%` that begins none stays.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = alloc::vec::Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((octet, length)) = octet_at(rest) {
        bytes.push(octet);
        rest = &rest[length..];
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first octet with its escape undone, and how many octets write it.
pub(super) fn octet_at(text: &[u8]) -> Option<(u8, usize)> {
    let (first, tail) = text.split_first()?;
    let escaped = (*first == b'%').then(|| tail.first_chunk::<2>()).flatten().and_then(hex);
    Some(escaped.map_or((*first, 1), |octet| (octet, 3)))
}

fn hex(digits: &[u8; 2]) -> Option<u8> {
    let digit = |d: u8| char::from(d).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

/// Percent-escapes what may not stand in the user part of a URI (RFC 3261 §25.1).
///
/// ```
/// assert_eq!(sip_parser::escape_user("+33 1#"), "+33%201%23");
/// ```
pub fn escape_user(user: &str) -> Cow<'_, str> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/".contains(byte);
    if user.bytes().all(|byte| allowed(&byte)) {
        return Cow::Borrowed(user);
    }
    let mut escaped = String::with_capacity(user.len() + 6);
    for byte in user.bytes() {
        if allowed(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    Cow::Owned(escaped)
}
