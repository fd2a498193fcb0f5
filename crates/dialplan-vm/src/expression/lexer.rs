//! The words of an expression.

use super::ExpressionError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Any text without blanks, quotes and operators.
    Word(&'a str),
    /// Text in quotes, with them.
    Quoted(&'a str),
    Operator(Operator),
    Open,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Comma,
    Question,
    DoubleColon,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Not,
    /// `:`
    Match,
    /// `=~`
    Search,
    /// `~~`
    Join,
}

/// All operators, those of two characters first.
const OPERATORS: [(&str, Operator); 23] = [
    ("||", Operator::Or),
    ("&&", Operator::And),
    ("==", Operator::Equal),
    ("=~", Operator::Search),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("::", Operator::DoubleColon),
    ("~~", Operator::Join),
    (",", Operator::Comma),
    ("?", Operator::Question),
    ("|", Operator::Or),
    ("&", Operator::And),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("+", Operator::Plus),
    ("-", Operator::Minus),
    ("*", Operator::Times),
    ("/", Operator::Divide),
    ("%", Operator::Remainder),
    ("!", Operator::Not),
    (":", Operator::Match),
];

/// Cuts an expression into tokens, each with its offset.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, usize)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let rest = &text[at..];
        let (token, length) = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'(' => (Token::Open, 1),
            b')' => (Token::Close, 1),
            b'"' => {
                let length = quoted(rest).ok_or(ExpressionError::Unclosed('"'))?;
                (Token::Quoted(&rest[..length]), length)
            }
            _ => match operator(rest) {
                Some((operator, length)) => (Token::Operator(operator), length),
                None => {
                    let length = word(rest);
                    (Token::Word(&rest[..length]), length)
                }
            },
        };
        tokens.push((token, at));
        at += length;
    }
    Ok(tokens)
}

fn operator(rest: &str) -> Option<(Operator, usize)> {
    let known = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
    known.map(|&(text, operator)| (operator, text.len()))
}

/// The length of a text in quotes; a backslash before a quote keeps it inside.
fn quoted(rest: &str) -> Option<usize> {
    let mut escaped = false;
    rest.bytes()
        .skip(1)
        .position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })
        .map(|inside| inside + 2)
}

/// The length of a word: at least one character.
fn word(rest: &str) -> usize {
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let ends = |c: char| c.is_ascii_whitespace() || "|&=<>+-*/%!:?(),~\"".contains(c);
    rest[first..].find(ends).map_or(rest.len(), |more| first + more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_operator_wins() {
        let cut = |text| tokens(text).unwrap().into_iter().map(|(token, _)| token).collect::<Vec<_>>();
        let operator = Token::Operator;
        assert_eq!(cut("a=~b"), [Token::Word("a"), operator(Operator::Search), Token::Word("b")]);
        assert_eq!(cut("1::2"), [Token::Word("1"), operator(Operator::DoubleColon), Token::Word("2")]);
        assert_eq!(cut(r#""a\"b" "#), [Token::Quoted(r#""a\"b""#)]);
        assert_eq!(cut("é.x_1$#@"), [Token::Word("é.x_1$#@")]);
        assert_eq!(cut("!=!"), [operator(Operator::NotEqual), operator(Operator::Not)]);
        assert_eq!(tokens("\"a"), Err(ExpressionError::Unclosed('"')));
    }
}
