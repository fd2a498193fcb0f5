//! `URIENCODE`, `URIDECODE`: octets as `%xx` (RFC 3986 section 2.1).

use std::fmt::Write;

use crate::functions::{FunctionScope, Value};

/// What stands in an address as it is: letters, digits and the marks of RFC 2396 section 2.3.
fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&octet)
}

pub(super) fn encode(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(escaped(text))
}

/// A text escaped for a part of an address.
pub(in crate::functions) fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, octet| {
        if is_plain(octet) {
            out.push(char::from(octet));
        } else {
            // A text takes whatever is written to it.
            let _ = write!(out, "%{octet:02X}");
        }
        out
    })
}

pub(super) fn decode(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(unescaped(text))
}

/// A text without escapes; what is none stays as it is.
pub(crate) fn unescaped(text: &str) -> String {
    let octets = text.as_bytes();
    let mut out = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) if *octet == b'%' => {
                out.push(escaped);
                at += 3;
            }
            _ => {
                out.push(*octet);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
