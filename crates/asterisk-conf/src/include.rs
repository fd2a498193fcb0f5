//! `#include`, `#tryinclude` and `#exec`: what a directive asks for.

use crate::lines::Line;
use crate::suggest::nearest;
use crate::{Diagnostic, Spanned};

/// A line that begins with `#`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Directive {
    /// `#include FILE`, or with `optional` `#tryinclude FILE`.
    Include { target: Spanned<String>, optional: bool },
    /// `#exec COMMAND`
    Exec(Spanned<String>),
}

/// Reads a line that begins with `#`.
pub(crate) fn directive(line: &Line, diagnostics: &mut Vec<Diagnostic>) -> Option<Directive> {
    let body = &line.text[1..];
    let end = body.find(|c: char| c.is_whitespace() || c == '"' || c == '<').unwrap_or(body.len());
    let word = &body[..end];
    let argument = || argument(line, 1 + end, diagnostics_missing(word));
    let found = match word.to_ascii_lowercase().as_str() {
        "include" => argument().map(|target| Directive::Include { target, optional: false }),
        "tryinclude" => argument().map(|target| Directive::Include { target, optional: true }),
        "exec" => argument().map(Directive::Exec),
        _ => Err(unknown(line, word)),
    };
    found.map_err(|finding| diagnostics.push(finding)).ok()
}

fn diagnostics_missing(word: &str) -> Diagnostic {
    Diagnostic::error("missing-file-name", format!("`#{word}` names nothing"))
}

fn unknown(line: &Line, word: &str) -> Diagnostic {
    let span = line.span.slice(0..1 + word.len());
    match nearest(word, ["include", "tryinclude", "exec"]) {
        Some(near) => Diagnostic::error("unknown-directive", format!("there is no directive `#{word}`"))
            .at(span)
            .help(format!("did you mean `#{near}`?")),
        None => {
            Diagnostic::warning("unknown-directive", "this line is ignored: `#` does not begin a comment")
                .at(span)
                .help("a comment begins with `;`")
        }
    }
}

/// The text after the directive's word, without the quotes or angle brackets around it.
fn argument(line: &Line, at: usize, missing: Diagnostic) -> Result<Spanned<String>, Diagnostic> {
    let rest = &line.text[at..];
    let mut start = at + rest.len() - rest.trim_start().len();
    let mut text = rest.trim();
    let close = match text.as_bytes().first() {
        Some(b'"') => Some('"'),
        Some(b'<') => Some('>'),
        _ => None,
    };
    if let Some(close) = close {
        start += 1;
        text = &text[1..];
        text = &text[..text.find(close).unwrap_or(text.len())];
    }
    if text.trim().is_empty() {
        return Err(missing.at(line.span));
    }
    Ok(Spanned::new(text.to_owned(), line.span.slice(start..start + text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Severity, Span};

    fn read(text: &str) -> Result<(String, u32, bool), (&'static str, Severity)> {
        let line =
            Line { text: text.into(), span: Span { file: FileId(0), start: 0, end: text.len() as u32 } };
        let mut diagnostics = Vec::new();
        match directive(&line, &mut diagnostics) {
            Some(Directive::Include { target, optional }) => Ok((target.value, target.span.start, optional)),
            Some(Directive::Exec(command)) => Ok((command.value, command.span.start, false)),
            None => Err((diagnostics[0].code, diagnostics[0].severity)),
        }
    }

    #[test]
    fn names_come_bare_quoted_or_in_angle_brackets() {
        assert_eq!(read("#include a.conf"), Ok(("a.conf".into(), 9, false)));
        assert_eq!(read("#TryInclude \"b c/*.conf\""), Ok(("b c/*.conf".into(), 13, true)));
        assert_eq!(read("#include<d.conf>"), Ok(("d.conf".into(), 9, false)));
        assert_eq!(read("#exec /bin/echo hello"), Ok(("/bin/echo hello".into(), 6, false)));
    }

    #[test]
    fn other_words_are_told() {
        assert_eq!(read("#include"), Err(("missing-file-name", Severity::Error)));
        assert_eq!(read("#inclde a"), Err(("unknown-directive", Severity::Error)));
        assert_eq!(read("# a comment"), Err(("unknown-directive", Severity::Warning)));
    }
}
