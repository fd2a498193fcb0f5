//! `TOUPPER`, `TOLOWER`, `TRIM`, `LTRIM`, `RTRIM`, `KEYPADHASH`, `PASSTHRU`: functions of the letters alone.

use crate::functions::{FunctionScope, Value};

pub(super) fn upper(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.to_ascii_uppercase())
}

pub(super) fn lower(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.to_ascii_lowercase())
}

pub(super) fn trim(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.trim().to_owned())
}

pub(super) fn trim_start(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.trim_start().to_owned())
}

pub(super) fn trim_end(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.trim_end().to_owned())
}

pub(super) fn same(_: &mut FunctionScope<'_>, text: &str) -> Value {
    Ok(text.to_owned())
}

/// The keys that spell a name (ITU-T E.161); what is neither a letter nor a digit is left out.
pub(super) fn keys(_: &mut FunctionScope<'_>, text: &str) -> Value {
    let key = |c: char| match c.to_ascii_uppercase() {
        digit @ '0'..='9' => Some(digit),
        'A'..='C' => Some('2'),
        'D'..='F' => Some('3'),
        'G'..='I' => Some('4'),
        'J'..='L' => Some('5'),
        'M'..='O' => Some('6'),
        'P'..='S' => Some('7'),
        'T'..='V' => Some('8'),
        'W'..='Z' => Some('9'),
        _ => None,
    };
    Ok(text.chars().filter_map(key).collect())
}
