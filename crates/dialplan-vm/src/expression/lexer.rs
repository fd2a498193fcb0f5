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

/// The operator that begins here, the longest one, and its length.
fn operator(rest: &str) -> Option<(Operator, usize)> {
    let bytes = rest.as_bytes();
    let second = bytes.get(1).copied().unwrap_or_default();
    let (two, one) = match *bytes.first()? {
        b'|' => (Some((b'|', Operator::Or)), Some(Operator::Or)),
        b'&' => (Some((b'&', Operator::And)), Some(Operator::And)),
        b'=' if second == b'~' => return Some((Operator::Search, 2)),
        b'=' => (Some((b'=', Operator::Equal)), Some(Operator::Equal)),
        b'!' => (Some((b'=', Operator::NotEqual)), Some(Operator::Not)),
        b'<' => (Some((b'=', Operator::LessOrEqual)), Some(Operator::Less)),
        b'>' => (Some((b'=', Operator::GreaterOrEqual)), Some(Operator::Greater)),
        b':' => (Some((b':', Operator::DoubleColon)), Some(Operator::Match)),
        b'~' => (Some((b'~', Operator::Join)), None),
        b',' => (None, Some(Operator::Comma)),
        b'?' => (None, Some(Operator::Question)),
        b'+' => (None, Some(Operator::Plus)),
        b'-' => (None, Some(Operator::Minus)),
        b'*' => (None, Some(Operator::Times)),
        b'/' => (None, Some(Operator::Divide)),
        b'%' => (None, Some(Operator::Remainder)),
        _ => return None,
    };
    match two {
        Some((byte, operator)) if byte == second => Some((operator, 2)),
        _ => one.map(|operator| (operator, 1)),
    }
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
