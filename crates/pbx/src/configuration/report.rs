//! What a load found, made to be read.

use asterisk_conf::{Diagnostic, Severity, SourceMap};

/// Everything that a load found, and the texts to show it in.
#[derive(Clone, Debug, Default)]
pub struct ConfigurationReport {
    /// The findings, by file and line.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: SourceMap,
}

impl ConfigurationReport {
    /// A report with its findings in order, each said once.
    pub(super) fn new(mut diagnostics: Vec<Diagnostic>, sources: SourceMap) -> Self {
        let place = |d: &Diagnostic| {
            let place = d.span.and_then(|span| sources.place(span));
            place.map(|p| (p.path.to_path_buf(), p.line, p.column))
        };
        diagnostics.sort_by_cached_key(|d| (place(d), d.code, d.message.clone()));
        diagnostics.dedup_by(|a, b| a.code == b.code && a.message == b.message && a.span == b.span);
        Self { diagnostics, sources }
    }

    /// A report that holds one error, of something that has no place in a file.
    pub(super) fn of_error(code: &'static str, message: String, help: &str) -> Self {
        Self::new(vec![Diagnostic::error(code, message).help(help)], SourceMap::new())
    }

    /// How many errors there are. With one, nothing starts and nothing is reloaded.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many warnings there are: the exchange starts, and somebody should look.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    /// Whether there are errors.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// Whether there is nothing to say.
    pub fn is_clean(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// All findings with the lines they are about, and a last line that counts them.
    pub fn render(&self, color: bool) -> String {
        let mut text = String::new();
        for diagnostic in &self.diagnostics {
            text.push_str(diagnostic.render(&self.sources, color).trim_end());
            text.push_str("\n\n");
        }
        text + &self.summary() + "\n"
    }

    /// `2 errors, 1 warning, 0 notes in 4 files`.
    pub fn summary(&self) -> String {
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            n => format!("{n} {word}s"),
        };
        let notes = self.count(Severity::Note);
        let mut parts = vec![counted(self.errors(), "error"), counted(self.warnings(), "warning")];
        if notes > 0 {
            parts.push(counted(notes, "note"));
        }
        format!("{} in {}", parts.join(", "), counted(self.sources.paths().count(), "file"))
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }
}
