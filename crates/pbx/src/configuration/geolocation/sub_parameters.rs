//! Values that are lists of names and values: `shape=Circle, pos="39.1 -105.9", radius=100`.

use std::fmt::Write as _;

/// Pairs of one value at most.
const MOST: usize = 128;

/// The pairs of a list. Blanks around names and values do not count, but those in quotes. What has no `=` is refused, with
/// itself as the error; so is a list that is longer than any needs to be.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    for piece in split(text).into_iter().map(str::trim).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').ok_or_else(|| piece.to_owned())?;
        if name.trim().is_empty() || pairs.len() >= MOST {
            return Err(piece.to_owned());
        }
        pairs.push((name.trim().to_owned(), unquoted(value.trim()).to_owned()));
    }
    Ok(pairs)
}

/// The list that [`parse`] reads.
pub(crate) fn write<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing into a String cannot fail. A quote would end the value.
        let _ = write!(text, "{comma}{name}=\"{}\"", value.replace('"', "'"));
    }
    text
}

/// The pieces between commas that stand in no quotes and in no `${…}`.
fn split(text: &str) -> Vec<&str> {
    let (mut pieces, mut begin, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    for (at, octet) in text.bytes().enumerate() {
        match octet {
            b'"' if depth == 0 => quoted = !quoted,
            b'{' | b'(' if !quoted => depth += 1,
            b'}' | b')' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && depth == 0 => {
                pieces.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[begin..]);
    pieces
}

fn unquoted(value: &str) -> &str {
    let between = |quote: char| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    between('"').or_else(|| between('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap()
    }

    #[test]
    fn lists_are_read_with_quotes_and_blanks() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(
            pairs(" shape = Circle , pos=\"39.1, -105.9\",radius= 100,"),
            owned(&[("shape", "Circle"), ("pos", "39.1, -105.9"), ("radius", "100")])
        );
        assert_eq!(
            pairs("URI='https://h/?a=b&n=${IF($[1]?a,b)}'"),
            owned(&[("URI", "https://h/?a=b&n=${IF($[1]?a,b)}")])
        );
        assert_eq!(pairs("STS="), owned(&[("STS", "")]));
        assert_eq!((parse("a=b, c"), parse("=b")), (Err("c".to_owned()), Err("=b".to_owned())));
        assert!(parse(&"a=b,".repeat(200)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(written in proptest::collection::vec(("[a-zA-Z]{1,8}", "[^\"]{0,12}"), 0..6)) {
            let list = write(written.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            prop_assert_eq!(parse(&list), Ok(written));
        }

        #[test]
        fn anything_is_read_or_refused(text in "[a=,\"'{}() ]{0,30}|.{0,20}") {
            let _ = parse(&text);
        }
    }
}
