//! The words of a command line.

/// The most words of a line; what follows is left out, as exchanges do.
const MOST: usize = 128;

/// Takes a line apart at its blanks. A pair of `"` keeps blanks together and may stand anywhere; `\` takes the next
/// character as it is. Neither is part of the word.
#[must_use]
pub fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut word, mut is_open, mut is_quoted) = (String::new(), false, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => (is_quoted, is_open) = (!is_quoted, true),
            '\\' => {
                is_open = true;
                word.extend(characters.next());
            }
            blank if blank.is_ascii_whitespace() && !is_quoted => {
                if std::mem::take(&mut is_open) {
                    found.push(std::mem::take(&mut word));
                }
            }
            other => {
                is_open = true;
                word.push(other);
            }
        }
    }
    if is_open {
        found.push(word);
    }
    found.truncate(MOST);
    found
}

/// Writes a word so that [`words`] reads it as one, whatever is in it. Line ends become blanks: a line has but one.
#[must_use]
pub fn quote(word: &str) -> String {
    let is_plain = |c: char| !c.is_ascii_whitespace() && !matches!(c, '"' | '\\');
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let mut quoted = String::with_capacity(word.len() + 2);
    quoted.push('"');
    for character in word.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\r' | '\n' => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blanks_part_words_and_quotes_keep_them_together() {
        assert_eq!(words("  STREAM FILE\thello \"\"  "), ["STREAM", "FILE", "hello", ""]);
        assert_eq!(
            words(r#"SET VARIABLE NAME "Jane \"JD\" Doe""#),
            ["SET", "VARIABLE", "NAME", "Jane \"JD\" Doe"]
        );
        assert_eq!(words(r"a\ b c\\d"), ["a b", "c\\d"]);
        assert_eq!(words(r#"pre"fi x"ed"#), ["prefi xed"]);
        assert_eq!(words(r#"open "to the end"#), ["open", "to the end"]);
        assert!(words(" \t ").is_empty());
        assert_eq!(words(&"x ".repeat(1_000)).len(), MOST);
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read_as_one_word(text in "[^\r\n]{0,40}", other in "\\PC{0,20}") {
            let line = format!("{} {}", quote(&text), quote(&other));
            prop_assert_eq!(words(&line), [text, other]);
        }
    }
}
