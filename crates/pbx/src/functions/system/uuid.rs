//! `UUID()`: sixteen octets drawn by chance (RFC 9562 section 5.4).

use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).map_err(|error| FunctionError::failed("UUID", error))?;
    octets[6] = octets[6] & 0x0f | 0x40;
    octets[8] = octets[8] & 0x3f | 0x80;
    let text = format!("{:032x}", u128::from_be_bytes(octets));
    Ok(format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]))
}
