//! `FILTER(allowed-chars,string)`: what is left of a text when all but some characters are taken away. `a-z` is a range,
//! `\x41`, `\n` and so on are the characters that they name, `\-` is a hyphen.

use crate::functions::arguments::next_character;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    // Cut by hand: a backslash is for the characters, and the text is taken as it stands.
    let (allowed, text) = cut(arguments)
        .ok_or_else(|| FunctionError::arguments("FILTER", arguments, "write FILTER(allowed-chars,string)"))?;
    let ranges = ranges(allowed);
    let is_allowed = |c: &char| ranges.iter().any(|(from, to)| from <= c && c <= to);
    Ok(text.chars().filter(is_allowed).collect())
}

/// Before and behind the first comma that no backslash protects.
fn cut(arguments: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in arguments.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return Some((&arguments[..at], &arguments[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Pairs of the first and the last character.
fn ranges(mut allowed: &str) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    while let Some((from, rest)) = next_character(allowed) {
        allowed = rest;
        let mut to = from;
        if let Some(last) = rest.strip_prefix('-').and_then(next_character) {
            (to, allowed) = last;
        }
        ranges.push(if from <= to { (from, to) } else { (to, from) });
    }
    ranges
}
