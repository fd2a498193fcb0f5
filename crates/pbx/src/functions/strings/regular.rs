//! `REGEX("expression" string)`: whether an expression is found in a text.

use regex_lite::RegexBuilder;

use crate::functions::{FunctionError, FunctionScope, Value};

/// Longest expression, in octets.
const LONGEST: usize = 1_024;

/// A compiled expression may have this size in octets.
const LARGEST: usize = 256 << 10;

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let bad = |problem: &str| FunctionError::arguments("REGEX", arguments, problem);
    let quoted = arguments.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let (pattern, text) = quoted.ok_or_else(|| bad("write REGEX(\"expression\" string)"))?;
    let text = text.strip_prefix([' ', '\t', ',']).unwrap_or(text);
    Ok(if expression(pattern).ok_or_else(|| bad("the expression is malformed"))?.is_match(text) {
        "1"
    } else {
        "0"
    }
    .to_owned())
}

/// An expression of bounded size.
pub(in crate::functions) fn expression(pattern: &str) -> Option<regex_lite::Regex> {
    if pattern.len() > LONGEST {
        return None;
    }
    RegexBuilder::new(pattern).size_limit(LARGEST).nest_limit(50).build().ok()
}
