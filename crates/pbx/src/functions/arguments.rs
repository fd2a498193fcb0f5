//! Reading the arguments of functions.

use dialplan_vm::split_arguments_into;

/// The arguments of one call.
pub(super) struct Arguments(Vec<String>);

impl Arguments {
    /// Cuts at the commas outside of quotes and parentheses; the last of at most `most` pieces has all the rest.
    pub(super) fn of(text: &str, most: usize) -> Self {
        Self(split_arguments_into(text, most))
    }

    /// The argument at a place, from 0, as it stands; empty where there is none.
    pub(super) fn raw(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    /// The same without blanks around it.
    pub(super) fn at(&self, at: usize) -> &str {
        self.raw(at).trim()
    }

    /// The argument at a place; `otherwise` where there is none or it is empty.
    pub(super) fn or<'a>(&'a self, at: usize, otherwise: &'a str) -> &'a str {
        let given = self.raw(at);
        if given.is_empty() { otherwise } else { given }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, as they stand.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }
}

/// A character that was written as `\n`, `\t`, `\x2c`, `\054` or as itself, and the text behind it.
pub(super) fn next_character(text: &str) -> Option<(char, &str)> {
    let mut rest = text.chars();
    let first = rest.next()?;
    if first != '\\' {
        return Some((first, rest.as_str()));
    }
    let escaped = rest.as_str();
    let Some(letter) = rest.next() else { return Some((first, "")) };
    let number = |digits: &str, radix: u32| u8::from_str_radix(digits, radix).ok().map(char::from);
    let plain = |c: char| Some((c, rest.as_str()));
    match letter {
        'n' => plain('\n'),
        't' => plain('\t'),
        'r' => plain('\r'),
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        'v' => plain('\u{b}'),
        'x' => {
            let digits = leading(&escaped[1..], 2, |c| c.is_ascii_hexdigit());
            match number(digits, 16) {
                Some(found) => Some((found, &escaped[1 + digits.len()..])),
                None => plain('x'),
            }
        }
        '0'..='7' => {
            let digits = leading(escaped, 3, |c| c.is_digit(8));
            number(digits, 8).map(|found| (found, &escaped[digits.len()..])).or_else(|| plain(letter))
        }
        other => plain(other),
    }
}

/// At most `most` characters at the front that are as wanted; all of them in ASCII.
fn leading(text: &str, most: usize, wanted: impl Fn(char) -> bool) -> &str {
    let length = text.chars().take(most).take_while(|c| c.is_ascii() && wanted(*c)).count();
    &text[..length]
}

/// The first character of a delimiter that may be written as `\n` and so on.
pub(super) fn delimiter(text: &str) -> Option<char> {
    next_character(text).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_may_be_escaped() {
        for (text, expected) in [
            ("abc", Some(('a', "bc"))),
            ("\\nx", Some(('\n', "x"))),
            ("\\x2cy", Some((',', "y"))),
            ("\\x2", Some(('\u{2}', ""))),
            ("\\xzz", Some(('x', "zz"))),
            ("\\054z", Some((',', "z"))),
            ("\\777", Some(('7', "77"))),
            ("\\-a", Some(('-', "a"))),
            ("\\é", Some(('é', ""))),
            ("\\", Some(('\\', ""))),
            ("é", Some(('é', ""))),
            ("", None),
        ] {
            assert_eq!(next_character(text), expected, "{text}");
        }
    }

    #[test]
    fn the_last_argument_has_all_the_rest() {
        let arguments = Arguments::of("a, b ,\"c,d\",e", 3);
        assert_eq!((arguments.raw(1), arguments.at(1), arguments.at(7)), (" b ", "b", ""));
        assert_eq!((arguments.raw(2), arguments.count(), arguments.or(5, "x")), ("\"c,d\",e", 3, "x"));
    }
}
