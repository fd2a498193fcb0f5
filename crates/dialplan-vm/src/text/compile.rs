//! From a text to its parts.

use super::slice::{Bounds, Slice};
use super::{Part, Text};
use std::ops::Range;

/// Substitutions may nest this deep; deeper ones are literal text.
const DEEPEST: usize = 30;

/// What is wrong with a text, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextProblem {
    pub(crate) range: Range<usize>,
    /// A sentence.
    pub(crate) message: &'static str,
}

impl Text {
    pub(crate) fn compile_with_problems(source: &str) -> (Self, Vec<TextProblem>) {
        let has_any = source.as_bytes().windows(2).any(|pair| matches!(pair, b"${" | b"$["));
        if !has_any {
            return (Self { source: source.into(), parts: None }, Vec::new());
        }
        let mut compiler = Compiler { source, partners: partners(source.as_bytes()), problems: Vec::new() };
        let parts = compiler.parts(0..source.len(), 0);
        let constant = parts.iter().all(|part| matches!(part, Part::Literal(_)));
        let parts = (!constant).then(|| parts.into());
        (Self { source: source.into(), parts }, compiler.problems)
    }
}

/// For each opening brace and bracket the offset of its partner; 0 where there is none.
fn partners(text: &[u8]) -> Vec<u32> {
    let mut partners = vec![0; text.len()];
    let (mut braces, mut brackets) = (Vec::new(), Vec::new());
    for (at, byte) in text.iter().enumerate() {
        let opened = match byte {
            b'{' => {
                braces.push(at);
                None
            }
            b'[' => {
                brackets.push(at);
                None
            }
            b'}' => braces.pop(),
            b']' => brackets.pop(),
            _ => None,
        };
        if let Some(opened) = opened {
            partners[opened] = at as u32;
        }
    }
    partners
}

struct Compiler<'a> {
    source: &'a str,
    partners: Vec<u32>,
    problems: Vec<TextProblem>,
}

impl Compiler<'_> {
    /// The parts of a piece of the source.
    fn parts(&mut self, range: Range<usize>, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut literal_from = range.start;
        let mut at = range.start;
        while at < range.end {
            let Some(reference) = self.reference(at, range.end) else {
                at += 1;
                continue;
            };
            if depth >= DEEPEST {
                self.problem(at..at + 2, "substitutions nest too deep here: this one is taken as text");
                break;
            }
            let Some(inner) = reference.inner else {
                let message = match reference.open {
                    b'{' => "this `${` is never closed by `}`",
                    _ => "this `$[` is never closed by `]`",
                };
                self.problem(at..at + 2, message);
                at += 2;
                continue;
            };
            push_literal(&mut parts, &self.source[literal_from..at]);
            at = inner.end + 1;
            literal_from = at;
            parts.push(match reference.open {
                b'{' => self.value(inner, depth + 1),
                _ => Part::Expression(self.parts(inner, depth + 1)),
            });
        }
        push_literal(&mut parts, &self.source[literal_from..range.end]);
        parts
    }

    /// The `${` or `$[` that begins here.
    fn reference(&self, at: usize, end: usize) -> Option<Reference> {
        let bytes = self.source.as_bytes();
        let open = *bytes.get(at + 1)?;
        if bytes[at] != b'$' || at + 1 >= end || !matches!(open, b'{' | b'[') {
            return None;
        }
        let close = self.partners[at + 1] as usize;
        Some(Reference { open, inner: (close != 0 && close < end).then_some(at + 2..close) })
    }

    /// The inside of `${...}`.
    fn value(&mut self, inner: Range<usize>, depth: usize) -> Part {
        let name_end = self.find(&inner, |byte| matches!(byte, b'(' | b':')).unwrap_or(inner.end);
        let name = inner.start..name_end;
        if (name.start..name.end).any(|at| self.reference(at, name.end).is_some()) {
            return Part::Computed(self.parts(inner, depth));
        }
        let name: Box<str> = self.source[name].into();
        if self.source.as_bytes()[name_end] != b'(' || name_end == inner.end {
            return Part::Variable { name, slice: self.slice(name_end..inner.end, depth) };
        }
        let mut open = 0;
        let close = self.find(&(name_end..inner.end), |byte| {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            open == 0
        });
        if close.is_none() {
            self.problem(name_end..name_end + 1, "this `(` of a function is never closed");
        }
        let close = close.unwrap_or(inner.end);
        let arguments = self.parts(name_end + 1..close, depth);
        let slice = self.slice((close + 1).min(inner.end)..inner.end, depth);
        Part::Function { name, arguments, slice }
    }

    /// `:offset:length`, when the piece begins with a colon.
    fn slice(&mut self, range: Range<usize>, depth: usize) -> Option<Slice> {
        let text = self.source[range.clone()].strip_prefix(':')?;
        let parts = self.parts(range.start + 1..range.end, depth);
        let fixed = parts.iter().all(|part| matches!(part, Part::Literal(_)));
        Some(if fixed { Slice::Fixed(Bounds::parse(text)) } else { Slice::Computed(parts) })
    }

    /// The first byte outside of inner references that `wanted` accepts.
    fn find(&self, range: &Range<usize>, mut wanted: impl FnMut(u8) -> bool) -> Option<usize> {
        let mut at = range.start;
        while at < range.end {
            match self.reference(at, range.end) {
                Some(Reference { inner: Some(inner), .. }) => at = inner.end + 1,
                _ if wanted(self.source.as_bytes()[at]) => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    fn problem(&mut self, range: Range<usize>, message: &'static str) {
        let problem = TextProblem { range, message };
        if !self.problems.contains(&problem) && self.problems.len() < 10 {
            self.problems.push(problem);
        }
    }
}

struct Reference {
    open: u8,
    /// What stands between the braces or brackets, when they are closed.
    inner: Option<Range<usize>>,
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Literal(text.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(usize, usize)> {
        let ranges = Text::compile_with_problems(text).1.into_iter().map(|problem| problem.range);
        ranges.map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn texts_without_references_are_constant() {
        assert!(Text::compile("").is_constant());
        assert!(Text::compile("a $ b {c} [d] $").is_constant());
        assert!(Text::compile("${never closed").is_constant());
        assert!(!Text::compile("${X}").is_constant());
    }

    #[test]
    fn what_is_not_closed_is_told() {
        assert_eq!(problems("a ${b"), [(2, 4)]);
        assert_eq!(problems("${A} $[1 + ${B}"), [(5, 7)]);
        assert_eq!(problems("${LEN(x}"), [(5, 6)]);
        assert!(problems("${LEN(x)} $[${A} + [1]]").is_empty());
        assert_eq!(problems(&"${".repeat(50_000)).len(), 10);
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = format!("{}X{}", "${".repeat(100), "}".repeat(100));
        let (_, problems) = Text::compile_with_problems(&deep);
        assert_eq!(problems.len(), 1);
        let shallow = format!("{}X{}", "${".repeat(20), "}".repeat(20));
        assert!(Text::compile_with_problems(&shallow).1.is_empty());
    }
}
