//! `[name](options)`: what a section header says.

use crate::lines::Line;
use crate::{Diagnostic, Spanned};

/// A section header in its parts.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) name: Spanned<String>,
    /// `!`
    pub(crate) template: bool,
    /// `+`
    pub(crate) addition: bool,
    /// Sections to inherit from, in order.
    pub(crate) bases: Vec<Spanned<String>>,
}

/// Reads a line that begins with `[`. A header that cannot be read in part still names its section.
pub(crate) fn header(line: &Line, diagnostics: &mut Vec<Diagnostic>) -> Option<Header> {
    let Some(close) = line.text.find(']') else {
        diagnostics.push(
            Diagnostic::error("unclosed-section", "this section name has no closing `]`")
                .at(line.span)
                .help("write `[name]`"),
        );
        return None;
    };
    let name = piece(line, 1, &line.text[1..close]);
    if name.value.is_empty() {
        diagnostics.push(Diagnostic::error("empty-section-name", "a section needs a name").at(line.span));
        return None;
    }
    let mut header = Header { name, template: false, addition: false, bases: Vec::new() };
    let after = &line.text[close + 1..];
    if let Some(options) = options(line, close + 1, after, diagnostics) {
        read_options(line, options, &mut header);
    }
    Some(header)
}

/// The range of the text between the parentheses.
fn options(line: &Line, at: usize, after: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<(usize, usize)> {
    let blanks = after.len() - after.trim_start().len();
    let open = at + blanks;
    if after.trim_start().is_empty() {
        return None;
    }
    if !line.text[open..].starts_with('(') {
        diagnostics.push(
            Diagnostic::warning("text-after-section", "text after a section name is ignored")
                .at(line.span.slice(open..line.text.len()))
                .help("begin a new line for it, or put `;` before a comment"),
        );
        return None;
    }
    if blanks > 0 {
        diagnostics.push(
            Diagnostic::warning("blank-before-options", "no blank may stand between `]` and `(`")
                .at(line.span.slice(at..open + 1))
                .help("it is read as if the blank were not there; other programs ignore the options"),
        );
    }
    let Some(length) = line.text[open..].find(')') else {
        diagnostics.push(
            Diagnostic::error("unclosed-options", "the options of this section have no closing `)`")
                .at(line.span.slice(open..line.text.len())),
        );
        return Some((open + 1, line.text.len()));
    };
    let rest = &line.text[open + length + 1..];
    if !rest.trim().is_empty() {
        diagnostics.push(
            Diagnostic::warning("text-after-section", "text after the options of a section is ignored")
                .at(line.span.slice(open + length + 1..line.text.len())),
        );
    }
    Some((open + 1, open + length))
}

fn read_options(line: &Line, (start, end): (usize, usize), header: &mut Header) {
    let mut at = start;
    for option in line.text[start..end].split(',') {
        let option_at = at;
        at += option.len() + 1;
        match option.trim() {
            "" => {}
            "!" => header.template = true,
            "+" => header.addition = true,
            _ => header.bases.push(piece(line, option_at, option)),
        }
    }
}

/// The text at offset `at` of the line without blanks around it, and its place.
fn piece(line: &Line, at: usize, text: &str) -> Spanned<String> {
    let start = at + text.len() - text.trim_start().len();
    let text = text.trim();
    Spanned::new(text.to_owned(), line.span.slice(start..start + text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileId, Span};

    fn read(text: &str) -> (Option<Header>, Vec<&'static str>) {
        let line =
            Line { text: text.into(), span: Span { file: FileId(0), start: 0, end: text.len() as u32 } };
        let mut diagnostics = Vec::new();
        let header = header(&line, &mut diagnostics);
        (header, diagnostics.iter().map(|d| d.code).collect())
    }

    #[test]
    fn options_are_read_in_any_order() {
        let (header, codes) = read("[ alice ](!, base ,other)");
        let header = header.unwrap();
        assert_eq!(header.name.value, "alice");
        assert_eq!((header.name.span.start, header.name.span.end), (2, 7));
        assert!(header.template && !header.addition && codes.is_empty());
        let bases: Vec<_> = header.bases.iter().map(|b| (b.value.as_str(), b.span.start)).collect();
        assert_eq!(bases, [("base", 13), ("other", 19)]);
        assert!(read("[x](+)").0.unwrap().addition);
    }

    #[test]
    fn broken_headers_are_told() {
        assert_eq!(read("[x").1, ["unclosed-section"]);
        assert_eq!(read("[]").1, ["empty-section-name"]);
        assert_eq!(read("[x](a").1, ["unclosed-options"]);
        assert_eq!(read("[x] y").1, ["text-after-section"]);
        assert_eq!(read("[x](a) y").1, ["text-after-section"]);
        let (header, codes) = read("[x] (!)");
        assert!(header.unwrap().template);
        assert_eq!(codes, ["blank-before-options"]);
    }
}
