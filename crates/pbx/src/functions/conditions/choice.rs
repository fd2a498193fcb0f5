//! `IF(condition?[true][:false])`: one of two texts. Quotes keep `?` and `:` in a text, and are taken away.

use dialplan_vm::is_true;

use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(_scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    choose(arguments).ok_or_else(|| {
        FunctionError::arguments(
            "IF",
            arguments,
            "write IF(condition?true:false), with a condition; is a variable empty?",
        )
    })
}

fn choose(arguments: &str) -> Option<String> {
    let (condition, texts) = split_once(arguments, '?')?;
    let (yes, no) = split_once(texts, ':').unwrap_or((texts, ""));
    let condition = unquoted(condition.trim());
    // What is no condition at all chooses nothing, as in Asterisk.
    if condition.is_empty() {
        return None;
    }
    Some(unquoted(if is_true(&condition) { yes } else { no }.trim()))
}

/// Splits at the first `separator` outside of quotes and parentheses.
pub(super) fn split_once(text: &str, separator: char) -> Option<(&str, &str)> {
    let (mut quoted, mut depth) = (false, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if c == separator && !quoted && depth == 0 => {
                return Some((&text[..at], &text[at + c.len_utf8()..]));
            }
            _ => {}
        }
    }
    None
}

pub(super) fn unquoted(text: &str) -> String {
    text.chars().filter(|c| *c != '"').collect()
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn the_condition_chooses() {
        assert_eq!(choose("1?yes:no").as_deref(), Some("yes"));
        assert_eq!(choose("0?yes:no").as_deref(), Some("no"));
        assert_eq!(choose("\"0\"?yes:no").as_deref(), Some("no"));
        assert_eq!(choose("?yes:no"), None);
        assert_eq!(choose("\"\"?yes:no"), None);
        assert_eq!(choose("1?yes").as_deref(), Some("yes"));
        assert_eq!(choose("0?yes").as_deref(), Some(""));
        assert_eq!(choose(" 1 ? \"at 10:30?\" : no").as_deref(), Some("at 10:30?"));
        assert_eq!(choose("nothing"), None);
    }
}
