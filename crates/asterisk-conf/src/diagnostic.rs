//! What is wrong with a configuration, where, and what would be right.

use crate::source_map::Excerpt;
use crate::{SourceMap, Span};
use annotate_snippets::renderer::DEFAULT_TERM_WIDTH;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// How grave a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; probably meant.
    Note,
    /// Will not do what was meant, but the rest works.
    Warning,
    /// Cannot be meant in any way; the configuration must not be applied.
    Error,
}

/// One finding about a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Short, stable name of the rule, such as `stray-line`.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// Where it is, if it has a place.
    pub span: Option<Span>,
    /// What would be right.
    pub help: Option<String>,
    /// Other places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity, code, message: message.into(), span: None, help: None, related: Vec::new() }
    }

    /// A finding that forbids to apply the configuration.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A finding about something that will not do what was meant.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A finding worth knowing.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message)
    }

    /// Gives the finding its place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Asks "did you mean" when there is a nearest known word.
    #[must_use]
    pub fn suggest(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None => self,
        }
    }

    /// Shows another place that belongs to the finding.
    #[must_use]
    pub fn related(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related.push((span, words.into()));
        self
    }

    /// Whether the configuration must not be applied.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Writes the finding for people: severity, rule, message, `path:line:column`, the line itself with a mark
    /// under the place, and the help; `color` adds terminal colours. No newline at the end.
    pub fn render(&self, sources: &SourceMap, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let excerpts: Vec<_> = self.excerpts(sources).map(|(e, words)| (Window::of(&e), e, words)).collect();
        let mut group: Group<'_> =
            Group::with_title(level.primary_title(printable(&self.message)).id(self.code));
        for (index, (window, excerpt, words)) in excerpts.iter().enumerate() {
            let kind = if index == 0 && self.span.is_some() {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let mut mark = kind.span(window.range.clone());
            if !words.is_empty() {
                mark = mark.label(printable(words));
            }
            let path = format!("{}", excerpt.path.display());
            group = group.element(
                Snippet::source(window.text.as_str()).path(path).line_start(excerpt.line).annotation(mark),
            );
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(printable(help)));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.term_width(DEFAULT_TERM_WIDTH).render(&[group])
    }

    fn excerpts<'a>(&'a self, sources: &'a SourceMap) -> impl Iterator<Item = (Excerpt<'a>, &'a str)> {
        let own = self.span.into_iter().map(|span| (span, ""));
        let related = self.related.iter().map(|(span, words)| (*span, words.as_str()));
        own.chain(related).filter_map(|(span, words)| Some((sources.excerpt(span)?, words)))
    }
}

/// A line longer than this is shown around the place only.
const LONGEST_LINE: usize = 4_000;

/// The line as it may be shown on a terminal, with the place in it.
struct Window {
    text: String,
    range: std::ops::Range<usize>,
}

impl Window {
    fn of(excerpt: &Excerpt<'_>) -> Self {
        let mut stop = excerpt
            .text
            .len()
            .min(LONGEST_LINE.max(excerpt.range.end.min(excerpt.range.start + LONGEST_LINE)));
        while !excerpt.text.is_char_boundary(stop) {
            stop -= 1;
        }
        let text = printable(&excerpt.text[..stop]);
        let range = if text.len() == stop {
            excerpt.range.start.min(stop)..excerpt.range.end.min(stop)
        } else {
            let until = |at: usize| printable(&excerpt.text[..at.min(stop)]).len();
            until(excerpt.range.start)..until(excerpt.range.end)
        };
        Self { text, range }
    }
}

/// Text from a file may hold anything, and a terminal obeys escape sequences: control characters become `?`.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> (SourceMap, Span, Span) {
        let mut sources = SourceMap::new();
        let file = sources.add("extensions.conf", "[a]\nexten => 100,1,Dail(x)\n".into());
        (sources, Span { file, start: 19, end: 23 }, Span { file, start: 0, end: 3 })
    }

    #[test]
    fn report_shows_rule_place_line_mark_and_help() {
        let (sources, span, _) = sources();
        let finding = Diagnostic::warning("unknown-application", "no application is called `Dail`")
            .at(span)
            .suggest(Some("Dial"));
        let expected = "\
warning[unknown-application]: no application is called `Dail`
 --> extensions.conf:2:16
  |
2 | exten => 100,1,Dail(x)
  |                ^^^^
  |
  = help: did you mean `Dial`?";
        assert_eq!(finding.render(&sources, false), expected);
        assert!(finding.render(&sources, true).contains("\u{1b}["));
    }

    #[test]
    fn report_shows_related_places() {
        let (sources, span, other) = sources();
        let text =
            Diagnostic::error("x", "y").at(span).related(other, "in this context").render(&sources, false);
        assert!(text.contains("1 | [a]"), "{text}");
        assert!(text.contains("--- in this context"), "{text}");
    }

    #[test]
    fn report_without_a_place_is_one_line() {
        let text = Diagnostic::error("no-file", "cannot read `x`").render(&SourceMap::new(), false);
        assert_eq!(text, "error[no-file]: cannot read `x`");
    }

    #[test]
    fn escape_sequences_never_reach_the_terminal() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.conf", "\u{1b}[31mred\u{85}x".into());
        let finding = Diagnostic::error("x", "\u{1b}[0m").at(Span { file, start: 5, end: 8 });
        let text = finding.render(&sources, false);
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("^^^"), "{text}");
    }
}
