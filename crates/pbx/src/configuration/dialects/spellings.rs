//! How keys were written that are read under another name.

use std::collections::{BTreeMap, BTreeSet};

use asterisk_conf::{Diagnostic, Entry, Span};

/// A key and its value as they are read, and as they were written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spelling {
    /// Where the key and the value stand.
    places: [Span; 2],
    read: (String, String),
    written: (String, String),
}

impl Spelling {
    /// `None` for a line that is read as it was written.
    pub(super) fn of(key: &str, value: &str, line: &Entry) -> Option<Self> {
        (!line.is(key)).then(|| Self {
            places: [line.key.span, line.value.span],
            read: (key.to_owned(), value.to_owned()),
            written: (line.key.value.clone(), line.value.value.clone()),
        })
    }
}

/// The spellings of all lines, by place.
#[derive(Default)]
pub(in crate::configuration) struct Spellings(BTreeMap<Span, BTreeSet<Spelling>>);

impl Spellings {
    pub(super) fn extend(&mut self, spellings: Vec<Spelling>) {
        for spelling in spellings {
            for place in spelling.places {
                self.0.entry(place).or_default().insert(spelling.clone());
            }
        }
    }

    /// Lets findings name keys as they were written.
    pub(in crate::configuration) fn respell(&self, found: &mut [Diagnostic]) {
        for finding in found {
            let spellings = finding.span.and_then(|place| self.0.get(&place));
            for Spelling { read, written, .. } in spellings.into_iter().flatten() {
                let (key_read, value_read) = read;
                let (key_written, value_written) = written;
                let line = format!("{key_read}={value_read}");
                let respelt = |text: &str| {
                    let text = replace(text, &line, &format!("{key_written}={value_written}"));
                    replace(&text, key_read, key_written)
                };
                finding.message = respelt(&finding.message);
                finding.help = finding.help.take().map(|help| respelt(&help));
            }
        }
    }
}

/// `text` with each `word` that is no part of a longer word replaced.
fn replace(text: &str, word: &str, by: &str) -> String {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/');
    let (mut replaced, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(word).filter(|_| !word.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let last = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let is_whole = !last.is_some_and(goes_on) && !after.chars().next().is_some_and(goes_on);
        replaced.push_str(before);
        replaced.push_str(if is_whole { by } else { word });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn whole_words_are_replaced() {
        let respelt = replace("context: no context_2, no 'context'", "context", "endpoint/context");
        assert_eq!(respelt, "endpoint/context: no context_2, no 'endpoint/context'");
        assert_eq!(replace("endpoint/context", "context", "x"), "endpoint/context");
        assert_eq!(replace("aab", "a", "x"), "aab");
        assert_eq!(replace("text", "", "x"), "text");
    }
}
