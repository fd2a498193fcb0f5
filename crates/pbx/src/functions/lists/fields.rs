//! `CUT`, `FIELDNUM`, `FIELDQTY`, `LISTFILTER`: the fields of a variable.

use crate::functions::arguments::{Arguments, delimiter};
use crate::functions::strings::LONGEST;
use crate::functions::{FunctionError, FunctionScope, Value};

/// `CUT(varname,delim,range)`: ranges as in `1-3&5`, `-2`, `4-`.
pub(super) fn cut(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let bad = |problem: &str| FunctionError::arguments("CUT", arguments, problem);
    if given.at(0).is_empty() || given.at(2).is_empty() {
        return Err(bad("write CUT(varname,char-delim,range-spec), as in CUT(LIST,\\,,1-3&5)"));
    }
    let by = delimiter(given.raw(1)).unwrap_or('-');
    let text = scope.text_of(given.at(0))?;
    let fields: Vec<&str> = text.split(by).collect();
    let mut chosen: Vec<&str> = Vec::new();
    let mut length = 0;
    for range in given.at(2).split('&') {
        let (from, to) =
            bounds(range, fields.len()).ok_or_else(|| bad("a range is written as 1-3, 2, -4 or 5-"))?;
        let wanted = fields.get(from - 1..to.min(fields.len())).unwrap_or_default();
        // Ranges may name the same fields again and again.
        length += wanted.iter().map(|field| field.len() + by.len_utf8()).sum::<usize>();
        if length > LONGEST + by.len_utf8() {
            return Err(bad("these are more fields than a variable can hold"));
        }
        chosen.extend(wanted);
    }
    Ok(chosen.join(by.to_string().as_str()))
}

/// The first and the last field of a range, from 1.
fn bounds(range: &str, count: usize) -> Option<(usize, usize)> {
    let range = range.trim();
    let number = |text: &str, otherwise: usize| match text.trim() {
        "" => Some(otherwise),
        digits => digits.parse().ok().filter(|number| *number > 0),
    };
    match range.split_once('-') {
        Some((from, to)) if !(from.is_empty() && to.is_empty()) => {
            Some((number(from, 1)?, number(to, count)?))
        }
        Some(_) => None,
        None => number(range, 0).filter(|only| *only > 0).map(|only| (only, only)),
    }
}

/// `FIELDQTY(varname,delim)`: 0 for an empty variable.
pub(super) fn quantity(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (text, by, _) = list("FIELDQTY", scope, arguments)?;
    Ok(if text.is_empty() { 0 } else { text.split(by).count() }.to_string())
}

/// `FIELDNUM(varname,delim,value)`: 0 where there is no such field.
pub(super) fn number(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (text, by, value) = list("FIELDNUM", scope, arguments)?;
    let place = text.split(by).position(|field| field == value);
    Ok(place.map_or(0, |place| place + 1).to_string())
}

/// `LISTFILTER(varname,delim,value)`.
pub(super) fn without(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (text, by, value) = list("LISTFILTER", scope, arguments)?;
    let left: Vec<&str> = text.split(by).filter(|member| *member != value).collect();
    Ok(left.join(by.to_string().as_str()))
}

/// The text of the variable, the delimiter, and the third argument.
fn list(
    function: &'static str,
    scope: &mut FunctionScope<'_>,
    arguments: &str,
) -> Result<(String, char, String), FunctionError> {
    let given = Arguments::of(arguments, 3);
    let by = delimiter(given.raw(1));
    match (given.at(0), by) {
        ("", _) | (_, None) => Err(FunctionError::arguments(
            function,
            arguments,
            "name a variable and a delimiter, as in LIST,&",
        )),
        (name, Some(by)) => Ok((scope.text_of(name)?, by, given.raw(2).to_owned())),
    }
}
