//! `condition?yes:no` and `Application(arguments)`, as the applications of flow write them.

use dialplan_vm::TimeCondition;

use crate::dialplan::DialplanChannel;

/// Cuts at the separators that stand outside of quotes, parentheses and brackets. The pieces keep their quotes.
pub(super) fn pieces(text: &str, separator: char, most: usize) -> Vec<&str> {
    let (mut quoted, mut escaped, mut depth) = (false, false, 0_i32);
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            c if c == separator && depth <= 0 && pieces.len() + 1 < most => {
                pieces.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// `condition?yes[:no]`, trimmed; a branch that is not there is empty. `None` without a question mark.
pub(super) fn branches(arguments: &str) -> Option<(&str, &str, &str)> {
    let (condition, rest) = arguments.split_once('?')?;
    let parts = pieces(rest, ':', 2);
    Some((
        condition.trim(),
        parts.first().map_or("", |part| part.trim()),
        parts.get(1).map_or("", |part| part.trim()),
    ))
}

/// `times?yes[:no]`: the branch that counts at this time, perhaps an empty one. `None` where it cannot be read, with a word on the
/// console; `usage` is how it is written.
pub(super) fn branch_now<'t>(
    channel: &DialplanChannel,
    application: &str,
    arguments: &'t str,
    usage: &str,
) -> Option<&'t str> {
    let Some((times, yes, no)) = branches(arguments) else {
        channel.warning(format!("{application}({arguments}): write {usage}"));
        return None;
    };
    match TimeCondition::parse(times) {
        Ok(condition) => Some(if condition.holds(channel) { yes } else { no }),
        Err(error) => {
            channel.warning(format!("{application}({times}): {error}"));
            None
        }
    }
}

/// `Name(arguments)` or `Name`: what stands before the parentheses, and in them.
pub(super) fn call(text: &str) -> (&str, &str) {
    let text = text.trim();
    let Some((name, rest)) = text.split_once('(') else { return (text, "") };
    (name.trim(), rest.rfind(')').map_or(rest, |close| &rest[..close]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_end_at_the_colon_that_is_theirs() {
        assert_eq!(branches("1?a"), Some(("1", "a", "")));
        assert_eq!(branches(" 1 ? : b"), Some(("1", "", "b")));
        assert_eq!(branches("1?s,1(a:b):other(c)"), Some(("1", "s,1(a:b)", "other(c)")));
        assert_eq!(branches("1?NoOp(\"x:y\"):Hangup()"), Some(("1", "NoOp(\"x:y\")", "Hangup()")));
        assert_eq!(branches("1?a:b:c"), Some(("1", "a", "b:c")));
        assert_eq!(branches("1"), None);
    }

    #[test]
    fn calls_have_a_name_and_arguments() {
        assert_eq!(call(" Dial(PJSIP/1,20,g) "), ("Dial", "PJSIP/1,20,g"));
        assert_eq!(call("Set(X=f(a))"), ("Set", "X=f(a)"));
        assert_eq!(call("Answer"), ("Answer", ""));
        assert_eq!(call("Playback(a"), ("Playback", "a"));
    }
}
