//! `MD5`, `SHA1`: digests in hexadecimal.

use std::fmt::Write;

use md5::{Digest as _, Md5};
use sha1::Sha1;

use crate::functions::{FunctionScope, Value};

pub(super) fn md5(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(hexadecimal(&Md5::digest(text)))
}

pub(super) fn sha1(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(hexadecimal(&Sha1::digest(text)))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        // A text takes whatever is written to it.
        let _ = write!(text, "{octet:02x}");
        text
    })
}
