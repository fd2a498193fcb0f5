//! What stands before the first comma of an `exten` line: an extension, or a pattern of extensions.

use super::charset::CharSet;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

/// Patterns and names with more characters than this are refused.
const LONGEST: usize = 255;

/// An extension as it is written: exact (`100`) or, after `_`, a pattern of characters:
///
/// | character | matches |
/// | --- | --- |
/// | `X` `Z` `N` | 0-9, 1-9, 2-9 |
/// | `[13-5a]` | one of the characters and ranges |
/// | `.` | one or more of anything; ends the pattern |
/// | `!` | zero or more of anything, without waiting for more digits; ends the pattern |
/// | `-` | nothing: it is ignored, here and in what was dialled |
/// | others | themselves |
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Arc<str>,
    body: Body,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Body {
    /// The name without hyphens. Sorts before every pattern.
    Exact(Box<str>),
    Pattern(Box<[Element]>),
}

/// One position of a pattern. The order is the precedence; a pattern that ends sorts after all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Element {
    One(CharSet),
    /// `.`
    Some,
    /// `!`
    Any,
}

/// What is odd about a pattern, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Oddity {
    pub(crate) range: Range<usize>,
    pub(crate) kind: OddityKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OddityKind {
    /// `_` and nothing that matches.
    Empty,
    EmptySet,
    ReversedRange,
    UnclosedSet,
    /// Characters after `.` or `!`.
    AfterEnd,
    /// `O` where a zero was meant.
    LetterO,
    /// A pattern that matches one single text, such as `_*`.
    Literal,
    TooLong,
}

impl Pattern {
    /// Reads an extension or a pattern. Every text is one: what is odd about it, the compiler tells.
    pub fn parse(text: &str) -> Self {
        Self::parse_with_oddities(text).0
    }

    pub(crate) fn parse_with_oddities(text: &str) -> (Self, Vec<Oddity>) {
        let text: Arc<str> = text.into();
        let Some(pattern) = text.strip_prefix('_') else {
            let oddities = if text.len() > LONGEST { vec![too_long(&text)] } else { Vec::new() };
            let name = without_hyphens(&text[..floor(&text, LONGEST)]).into();
            return (Self { text, body: Body::Exact(name) }, oddities);
        };
        let mut reader =
            Reader { pattern: pattern.as_bytes(), at: 0, elements: Vec::new(), oddities: Vec::new() };
        reader.read();
        let Reader { elements, mut oddities, .. } = reader;
        if elements.is_empty() {
            oddities.push(Oddity { range: 0..text.len(), kind: OddityKind::Empty });
        } else if oddities.is_empty()
            && elements.iter().all(|e| matches!(e, Element::One(set) if set.len() == 1))
        {
            oddities.push(Oddity { range: 0..text.len(), kind: OddityKind::Literal });
        }
        (Self { text, body: Body::Pattern(elements.into()) }, oddities)
    }

    /// As it was written, with the `_`.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Whether it begins with `_`.
    pub fn is_pattern(&self) -> bool {
        matches!(self.body, Body::Pattern(_))
    }

    /// Whether it matches the whole of what was dialled.
    pub fn matches(&self, dialled: &str) -> bool {
        match &self.body {
            Body::Exact(name) => without_hyphens(dialled) == **name,
            Body::Pattern(elements) => match_elements(elements, without_hyphens(dialled).as_bytes()),
        }
    }

    /// Whether it matches this, or could with more behind it.
    pub(crate) fn begins_with(&self, dialled: &str) -> bool {
        let dialled = without_hyphens(dialled);
        match &self.body {
            Body::Exact(name) => name.starts_with(&*dialled),
            Body::Pattern(elements) => {
                dialled.bytes().zip(elements.iter().map(Some).chain(std::iter::repeat(elements.last()))).all(
                    |(byte, element)| match element {
                        Some(Element::One(set)) => set.contains(byte),
                        Some(Element::Some | Element::Any) => true,
                        None => false,
                    },
                ) && (dialled.len() <= elements.len()
                    || !matches!(elements.last(), Some(Element::One(_)) | None))
            }
        }
    }

    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// Whether both match the same texts by the same rules: then they are one extension.
    pub fn same_as(&self, other: &Self) -> bool {
        self.body == other.body
    }

    /// Whether every text that `other` matches is matched by this one too.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            (Body::Exact(mine), Body::Exact(theirs)) => mine == theirs,
            (Body::Pattern(mine), Body::Exact(theirs)) => match_elements(mine, theirs.as_bytes()),
            (Body::Pattern(mine), Body::Pattern(theirs)) => cover_elements(mine, theirs),
            (Body::Exact(mine), Body::Pattern(theirs)) => {
                let literal = |(element, byte): (&Element, u8)| *element == Element::One(CharSet::one(byte));
                theirs.len() == mine.len() && theirs.iter().zip(mine.bytes()).all(literal)
            }
        }
    }

    /// Whether some text is matched by both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            (Body::Exact(name), _) => other.matches(name),
            (_, Body::Exact(name)) => self.matches(name),
            (Body::Pattern(mine), Body::Pattern(theirs)) => overlap_elements(mine, theirs),
        }
    }
}

/// The order in which extensions are tried: exact ones, then patterns position by position, the smaller set of
/// characters first, then `.`, then `!`, then the end of the pattern.
impl Ord for Body {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Body::Exact(mine), Body::Exact(theirs)) => mine.cmp(theirs),
            (Body::Exact(_), Body::Pattern(_)) => Ordering::Less,
            (Body::Pattern(_), Body::Exact(_)) => Ordering::Greater,
            (Body::Pattern(mine), Body::Pattern(theirs)) => {
                let differing = mine.iter().zip(theirs).map(|(m, t)| m.cmp(t)).find(|order| order.is_ne());
                differing.unwrap_or_else(|| theirs.len().cmp(&mine.len()))
            }
        }
    }
}

impl PartialOrd for Body {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn match_elements(elements: &[Element], text: &[u8]) -> bool {
    for (at, element) in elements.iter().enumerate() {
        match element {
            Element::One(set) => match text.get(at) {
                Some(&byte) if set.contains(byte) => {}
                _ => return false,
            },
            Element::Some => return text.len() > at,
            Element::Any => return true,
        }
    }
    // `_` alone matches nothing, not even nothing.
    text.len() == elements.len() && !text.is_empty()
}

fn cover_elements(mine: &[Element], theirs: &[Element]) -> bool {
    for (at, element) in mine.iter().enumerate() {
        match (element, theirs.get(at)) {
            (Element::Any, _) | (Element::Some, Some(Element::One(_) | Element::Some)) => return true,
            (Element::One(mine), Some(Element::One(theirs))) if theirs.is_subset(mine) => {}
            _ => return false,
        }
    }
    mine.len() == theirs.len()
}

fn overlap_elements(mine: &[Element], theirs: &[Element]) -> bool {
    let mut at = 0;
    if mine.is_empty() || theirs.is_empty() {
        return false;
    }
    loop {
        match (mine.get(at), theirs.get(at)) {
            (Some(Element::One(mine)), Some(Element::One(theirs))) if mine.overlaps(theirs) => at += 1,
            (Some(Element::One(_)), Some(Element::One(_))) => return false,
            (None, None) | (Some(Element::Any), _) | (_, Some(Element::Any)) => return true,
            (Some(Element::Some), None) | (None, Some(Element::Some)) => return false,
            (Some(Element::Some), Some(_)) | (Some(_), Some(Element::Some)) => return true,
            (None, Some(Element::One(_))) | (Some(Element::One(_)), None) => return false,
        }
    }
}

/// The text without hyphens, which never count.
pub(crate) fn without_hyphens(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('-') { text.replace('-', "").into() } else { text.into() }
}

fn floor(text: &str, most: usize) -> usize {
    (0..=text.len().min(most)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn too_long(text: &str) -> Oddity {
    Oddity { range: 0..text.len(), kind: OddityKind::TooLong }
}

/// Reads the characters after the `_`. Ranges of oddities count from the `_`.
struct Reader<'a> {
    pattern: &'a [u8],
    at: usize,
    elements: Vec<Element>,
    oddities: Vec<Oddity>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(&byte) = self.pattern.get(self.at) {
            if self.elements.len() == LONGEST {
                self.odd(0..self.pattern.len(), OddityKind::TooLong);
                return;
            }
            let element = match byte {
                b'-' => None,
                b'X' | b'x' => Some(Element::One(CharSet::range(b'0', b'9'))),
                b'Z' | b'z' => Some(Element::One(CharSet::range(b'1', b'9'))),
                b'N' | b'n' => Some(Element::One(CharSet::range(b'2', b'9'))),
                b'[' => self.set(),
                b'.' => Some(Element::Some),
                b'!' => Some(Element::Any),
                other => {
                    self.suspect_letter_o(other);
                    Some(Element::One(CharSet::one(other)))
                }
            };
            self.at += 1;
            self.elements.extend(element);
            if matches!(element, Some(Element::Some | Element::Any)) {
                break;
            }
        }
        if self.pattern[self.at..].iter().any(|&byte| byte != b'-') {
            self.odd(self.at..self.pattern.len(), OddityKind::AfterEnd);
        }
    }

    /// Reads `[...]`; leaves `at` on the closing bracket.
    fn set(&mut self) -> Option<Element> {
        let open = self.at;
        let Some(length) = self.pattern[open..].iter().position(|&byte| byte == b']') else {
            self.odd(open..self.pattern.len(), OddityKind::UnclosedSet);
            self.at = self.pattern.len() - 1;
            return None;
        };
        let members = &self.pattern[open + 1..open + length];
        self.at = open + length;
        let mut set = CharSet::default();
        let mut at = 0;
        while let Some(&byte) = members.get(at) {
            if let (Some(b'-'), Some(&to)) = (members.get(at + 1), members.get(at + 2)) {
                if byte > to {
                    self.odd(open + 1 + at..open + 4 + at, OddityKind::ReversedRange);
                }
                (byte..=to).for_each(|byte| set.insert(byte));
                at += 3;
            } else {
                set.insert(byte);
                at += 1;
            }
        }
        if members.is_empty() {
            self.odd(open..open + length + 1, OddityKind::EmptySet);
            return None;
        }
        Some(Element::One(set))
    }

    /// An `O` beside a digit or a class of digits is a zero that was mistyped.
    fn suspect_letter_o(&mut self, byte: u8) {
        let digit = |byte: Option<&u8>| matches!(byte, Some(b'0'..=b'9' | b'X' | b'Z' | b'N' | b'.' | b'!'));
        let before = self.at.checked_sub(1).and_then(|at| self.pattern.get(at));
        if matches!(byte, b'O' | b'o') && (digit(before) || digit(self.pattern.get(self.at + 1))) {
            self.odd(self.at..self.at + 1, OddityKind::LetterO);
        }
    }

    fn odd(&mut self, range: Range<usize>, kind: OddityKind) {
        self.oddities.push(Oddity { range: range.start + 1..range.end + 1, kind });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).matches(text)
    }

    fn oddities(pattern: &str) -> Vec<(OddityKind, String)> {
        let (_, oddities) = Pattern::parse_with_oddities(pattern);
        oddities.into_iter().map(|odd| (odd.kind, pattern[odd.range].to_owned())).collect()
    }

    #[test]
    fn characters_of_patterns() {
        for (pattern, yes, no) in [
            ("_[3-1]X", &[][..], &["20", "2", "3"][..]),
            ("100", &["100", "1-00"][..], &["10", "1000", "_100"][..]),
            ("1-0-0", &["100"], &["1"]),
            ("_1XX", &["100", "1-99"], &["1", "10a", "2000", "1000"]),
            ("_nzx", &["210", "999"], &["110", "200"]),
            ("_[13-5a]0", &["10", "40", "a0"], &["20", "0"]),
            ("_[+*0-9].", &["+1", "*12345"], &["+", "a1"]),
            ("_9!", &["9", "91", "9abc"], &["8", ""]),
            ("_*", &["*"], &["*1", ""]),
            ("_.", &["1", "s"], &[""]),
            ("_NXX-XXXX", &["2223333", "222-3333"], &["222-333"]),
            ("_", &[][..], &["1"]),
        ] {
            yes.iter().for_each(|text| assert!(matches(pattern, text), "{pattern} {text}"));
            no.iter().for_each(|text| assert!(!matches(pattern, text), "{pattern} {text}"));
        }
    }

    #[test]
    fn precedence_is_smaller_set_first() {
        let mut patterns = [
            "_X.", "_X", "_1!", "_1.", "_1", "_N", "_Z", "_[12]", "_[13]", "_1X", "5", "_2", "_!", "_.",
            "_12", "1",
        ];
        let reading = |text: &&str| Pattern::parse(text).body().clone();
        patterns.sort_by_key(reading);
        assert_eq!(
            patterns,
            [
                "1", "5", "_12", "_1X", "_1.", "_1!", "_1", "_2", "_[12]", "_[13]", "_N", "_Z", "_X.", "_X",
                "_.", "_!"
            ]
        );
    }

    #[test]
    fn oddities_have_their_place() {
        use OddityKind::*;
        assert_eq!(oddities("_"), [(Empty, "_".into())]);
        assert_eq!(oddities("_1[]X"), [(EmptySet, "[]".into())]);
        assert_eq!(oddities("_[]")[1], (Empty, "_[]".into()));
        assert_eq!(oddities("_[9-1]5")[0], (ReversedRange, "9-1".into()));
        assert_eq!(oddities("_X.5"), [(AfterEnd, "5".into())]);
        assert_eq!(oddities("_1O0"), [(LetterO, "O".into())]);
        assert_eq!(oddities("_*"), [(Literal, "_*".into())]);
        assert_eq!(oddities("_[1X")[0], (UnclosedSet, "[1X".into()));
        assert!(oddities("_office-X").is_empty());
        assert!(oddities("_X.").is_empty());
    }

    #[test]
    fn covering_and_overlapping() {
        let covers = |a: &str, b: &str| Pattern::parse(a).covers(&Pattern::parse(b));
        let overlaps = |a: &str, b: &str| Pattern::parse(a).overlaps(&Pattern::parse(b));
        assert!(covers("_1!", "_1") && covers("_X.", "_1XX") && covers("_XX", "_N1") && covers("_X", "5"));
        assert!(covers("5", "_5") && !covers("_1.", "_1!") && !covers("_1.", "_1") && !covers("_N", "_X"));
        assert!(
            overlaps("_1XX", "_X9X")
                && overlaps("_1.", "_12")
                && overlaps("_1!", "_1")
                && overlaps("12", "_1X")
        );
        assert!(!overlaps("_1XX", "_2XX") && !overlaps("_1.", "_1") && !overlaps("_1X", "_1"));
    }
}
