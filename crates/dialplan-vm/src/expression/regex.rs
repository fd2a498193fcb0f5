//! `:` and `=~`: regular expressions, behind one function so that the engine can change.

use super::number::Number;
use super::value::Value;
use super::{ExpressionError, LONGEST};
use regex_lite::RegexBuilder;

/// A compiled pattern may have this size in bytes.
const LARGEST: usize = 256 << 10;

/// Searches `pattern` in `text`, with `anchored` only at its start.
///
/// A pattern with parentheses gives the text of the first pair, or nothing; one without gives the length of the
/// match in characters, or 0.
pub(super) fn search<'a>(text: &str, pattern: &str, anchored: bool) -> Result<Value<'a>, ExpressionError> {
    let bad = || ExpressionError::BadPattern(pattern.to_owned());
    if pattern.len() > LONGEST {
        return Err(bad());
    }
    let regex = RegexBuilder::new(pattern).size_limit(LARGEST).nest_limit(50).build().map_err(|_| bad())?;
    let has_groups = regex.captures_len() > 1;
    let found =
        regex.captures(text).filter(|found| !anchored || found.get(0).is_some_and(|all| all.start() == 0));
    Ok(match found {
        Some(found) if has_groups => {
            Value::Text(found.get(1).map_or("", |group| group.as_str()).to_owned().into())
        }
        None if has_groups => Value::Text("".into()),
        Some(found) => {
            let length = found.get(0).map_or(0, |all| all.as_str().chars().count());
            Value::Number(Number::Integer(length as i128))
        }
        None => Value::Number(Number::Integer(0)),
    })
}
