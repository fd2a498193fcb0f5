//! The words for what is odd about patterns and texts.

use crate::syntax::pattern::{Oddity, OddityKind};
use crate::text::TextProblem;
use asterisk_conf::{Diagnostic, Span, Spanned};

/// The finding about an oddity of a pattern. `None` for one that is no fault.
pub(super) fn oddity(pattern: &Spanned<String>, odd: &Oddity) -> Option<Diagnostic> {
    let text = pattern.value.as_str();
    let span = pattern.span.slice(odd.range.clone());
    let finding = match odd.kind {
        OddityKind::Empty => Diagnostic::warning("never-matches", format!("`{text}` matches nothing"))
            .help("`_.` matches everything, `_X.` every number of two digits or more"),
        OddityKind::EmptySet => Diagnostic::warning("empty-set", "this set has no characters and is ignored"),
        OddityKind::ReversedRange => {
            Diagnostic::warning("empty-set", "this range runs backwards: no character is in it")
                .help("write the lower end first, such as `[1-9]`")
        }
        OddityKind::UnclosedSet => Diagnostic::error("unclosed-set", "this set has no closing `]`"),
        OddityKind::AfterEnd => {
            Diagnostic::warning("after-wildcard", "nothing can stand after `.` or `!`: this is ignored")
        }
        OddityKind::LetterO => Diagnostic::warning("letter-o", "this is the letter O, not the digit 0")
            .help(format!("did you mean `{}0{}`?", &text[..odd.range.start], &text[odd.range.end..])),
        OddityKind::Literal => return literal(text).map(|finding| finding.at(span)),
        OddityKind::TooLong => {
            Diagnostic::error("too-long", "no number is as long as this: 255 characters at most")
        }
    };
    Some(finding.at(span))
}

/// A pattern of plain characters matches only itself. Where it has a digit, that may be meant.
fn literal(text: &str) -> Option<Diagnostic> {
    let name = text.strip_prefix('_').unwrap_or(text);
    if name.starts_with(['*', '#']) && name.len() == 1 {
        let message = format!("`{text}` matches only `{name}` itself");
        return Some(Diagnostic::warning("literal-pattern", message).help(format!(
            "did you mean `{text}.`, which matches all that begins with `{name}`? For `{name}` alone, drop the `_`"
        )));
    }
    let message = format!("`{text}` matches only `{name}`, which needs no pattern");
    Some(Diagnostic::note("literal-pattern", message).help(format!("write `{name}`")))
}

/// The finding about a text.
pub(super) fn text_problem(at: Span, problem: &TextProblem) -> Diagnostic {
    Diagnostic::warning("unbalanced-braces", problem.message).at(at.slice(problem.range.clone()))
}
