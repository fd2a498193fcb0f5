//! `REPLACE`, `STRREPLACE`, `STRBETWEEN`: variables with parts replaced. None of them changes the variable.

use super::LONGEST;
use crate::functions::arguments::{Arguments, next_character};
use crate::functions::{FunctionError, FunctionScope, Value};

/// `REPLACE(varname,find-chars[,replace-char])`: each of the characters becomes the other one, or nothing.
pub(super) fn characters(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let (name, mut find) = (given.at(0), given.raw(1));
    if name.is_empty() || find.is_empty() {
        let how = "write REPLACE(varname,find-chars,replace-char)";
        return Err(FunctionError::arguments("REPLACE", arguments, how));
    }
    let mut wanted = Vec::new();
    while let Some((c, rest)) = next_character(find) {
        wanted.push(c);
        find = rest;
    }
    let instead = next_character(given.raw(2)).map(|(c, _)| c);
    let text = scope.text_of(name)?;
    Ok(text.chars().filter_map(|c| if wanted.contains(&c) { instead } else { Some(c) }).collect())
}

/// `STRREPLACE(varname,find[,replace[,max]])`.
pub(super) fn strings(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 4);
    let bad = |problem: &str| FunctionError::arguments("STRREPLACE", arguments, problem);
    let (name, find, instead) = (given.at(0), given.raw(1), given.raw(2));
    if name.is_empty() || find.is_empty() {
        return Err(bad("write STRREPLACE(varname,find-string,replace-string,max-replacements)"));
    }
    let most = match given.at(3) {
        "" => usize::MAX,
        number => match number.parse::<i64>().map_err(|_| bad("the most replacements is a number"))? {
            // As many as there are.
            ..=0 => usize::MAX,
            most => most as usize,
        },
    };
    let text = scope.text_of(name)?;
    let replaced = text.matches(find).take(most).count();
    bounded("STRREPLACE", text.len().saturating_add(replaced.saturating_mul(instead.len())))?;
    Ok(text.replacen(find, instead, most))
}

/// `STRBETWEEN(varname,insert)`.
pub(super) fn between(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    if given.at(0).is_empty() {
        return Err(FunctionError::arguments(
            "STRBETWEEN",
            arguments,
            "write STRBETWEEN(varname,insert-string)",
        ));
    }
    let text = scope.text_of(given.at(0))?;
    let insert = given.raw(1);
    bounded("STRBETWEEN", text.len().saturating_mul(insert.len() + 1))?;
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        if at > 0 {
            out.push_str(insert);
        }
        out.push(c);
    }
    Ok(out)
}

fn bounded(function: &'static str, length: usize) -> Result<(), FunctionError> {
    if length > LONGEST {
        return Err(FunctionError::failed(function, "the text would be longer than 64 KiB"));
    }
    Ok(())
}
