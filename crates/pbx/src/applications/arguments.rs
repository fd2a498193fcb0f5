//! Reading the arguments of applications.

use std::time::Duration;

/// Longest wait that an argument can ask for: a day. Longer ones are meant as "for ever".
const LONGEST: f64 = 86_400.0;

/// A number of seconds, fractions allowed. `None` for what is no number or below zero.
pub(crate) fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.trim().parse().ok()?;
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST)))
}

/// The arguments between commas, trimmed; quotes and brackets keep theirs together.
pub(super) fn split(arguments: &str) -> Vec<String> {
    dialplan_vm::split_arguments(arguments).into_iter().map(|a| a.trim().to_owned()).collect()
}

/// The prompts of `a&b&c`.
pub(super) fn prompts(text: &str) -> impl Iterator<Item = &str> {
    text.split('&').map(str::trim).filter(|name| !name.is_empty())
}

/// The option letters of an application, each with what stands in its parentheses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options(Vec<(char, Option<String>)>);

impl Options {
    /// Reads `tTm(class)S(30)`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut options = Vec::new();
        let mut rest = text.trim().chars().peekable();
        while let Some(letter) = rest.next() {
            let argument = (rest.peek() == Some(&'(')).then(|| balanced(&mut rest));
            if !letter.is_whitespace() {
                options.push((letter, argument));
            }
        }
        Self(options)
    }

    /// True when the letter is there.
    pub(crate) fn has(&self, letter: char) -> bool {
        self.0.iter().any(|(l, _)| *l == letter)
    }

    /// What stands in the parentheses behind the letter.
    pub(crate) fn argument(&self, letter: char) -> Option<&str> {
        self.0.iter().find(|(l, _)| *l == letter)?.1.as_deref()
    }

    /// The letters that are none of `known`.
    pub(crate) fn others(&self, known: &str) -> Vec<char> {
        self.0.iter().map(|(l, _)| *l).filter(|l| !known.contains(*l)).collect()
    }
}

/// The text up to the parenthesis that closes the one `rest` stands at.
fn balanced(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut depth = 0_u32;
    let mut text = String::new();
    for c in rest.by_ref() {
        match c {
            '(' => {
                depth += 1;
                if depth == 1 {
                    continue;
                }
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_keep_their_arguments() {
        let options = Options::parse("tTm(default)U(sub^(a))g");
        assert!(options.has('t') && options.has('g') && !options.has('r'));
        assert_eq!(options.argument('m'), Some("default"));
        assert_eq!(options.argument('U'), Some("sub^(a)"));
        assert_eq!(options.others("tTmg"), ['U']);
    }

    #[test]
    fn seconds_may_be_fractions_but_not_negative() {
        assert_eq!(seconds(" 1.5 "), Some(Duration::from_millis(1_500)));
        assert_eq!(seconds("-1"), None);
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("1e300"), Some(Duration::from_secs(86_400)));
    }
}
