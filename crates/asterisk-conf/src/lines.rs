//! From bytes to lines: character set, line ends, comments and the escaped semicolon.

use crate::source_map::Cut;
use crate::{Diagnostic, FileId, Span};

/// Comments may nest this deep; a further opening counts as text.
const NESTING: usize = 128;

/// What is left of a line, or of a part of one, when the comments are gone. Never blank.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The text without blanks around it.
    pub(crate) text: String,
    /// Its place.
    pub(crate) span: Span,
}

/// A file cut into lines.
pub(crate) struct Lines {
    /// The file as UTF-8, as the source map keeps it.
    pub(crate) text: String,
    /// What the lines do not have of it.
    pub(crate) cuts: Vec<Cut>,
    pub(crate) lines: Vec<Line>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Cuts a file into lines.
pub(crate) fn lines(file: FileId, bytes: &[u8]) -> Lines {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (text, diagnostics) = decode(file, bytes);
    let mut reader =
        Reader { file, removed: 0, open: Vec::new(), cuts: Vec::new(), lines: Vec::new(), diagnostics };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line.trim_end_matches(['\n', '\r']), start);
        start += line.len();
    }
    reader.end();
    let Reader { cuts, lines, diagnostics, .. } = reader;
    Lines { text, cuts, lines, diagnostics }
}

/// Reads UTF-8; other bytes become U+FFFD, with a warning that shows the first of them.
fn decode(file: FileId, bytes: &[u8]) -> (String, Vec<Diagnostic>) {
    let Err(error) = str::from_utf8(bytes) else {
        return (String::from_utf8_lossy(bytes).into_owned(), Vec::new());
    };
    let at = error.valid_up_to() as u32;
    let finding =
        Diagnostic::warning("not-utf8", "this is not UTF-8: the bytes that do not fit are replaced")
            .at(Span { file, start: at, end: at + '\u{fffd}'.len_utf8() as u32 })
            .help("save the file as UTF-8");
    (String::from_utf8_lossy(bytes).into_owned(), vec![finding])
}

struct Reader {
    file: FileId,
    /// Bytes taken out so far.
    removed: u32,
    /// Openings of the comments that are not closed yet, as offsets in the read text.
    open: Vec<u32>,
    cuts: Vec<Cut>,
    lines: Vec<Line>,
    diagnostics: Vec<Diagnostic>,
}

/// What stands at a place of a line.
enum Token {
    Text,
    EscapedSemicolon,
    CommentOpens,
    CommentCloses,
    RestIsComment,
}

impl Reader {
    /// Reads one line that starts at offset `start` of the file.
    fn line(&mut self, line: &str, start: usize) {
        let mut kept = String::new();
        let mut kept_start = self.read_offset(start);
        let mut at = 0;
        while at < line.len() {
            let rest = &line[at..];
            let length = match self.token(rest) {
                Token::Text => {
                    let width = rest.chars().next().map_or(1, char::len_utf8);
                    if self.open.is_empty() {
                        kept.push_str(&rest[..width]);
                    }
                    width
                }
                Token::EscapedSemicolon => {
                    self.cut(start + at, 1);
                    kept.push(';');
                    2
                }
                Token::CommentOpens => {
                    self.open.push(self.read_offset(start + at));
                    3
                }
                Token::CommentCloses => {
                    let opened = self.open.pop();
                    if let (true, Some(opened)) = (self.open.is_empty(), opened) {
                        let after = start + at + 3;
                        if opened >= kept_start && opened - kept_start == kept.len() as u32 {
                            // Opened on this line: what follows joins what stood before.
                            let length = self.read_offset(after) - opened;
                            self.removed += length;
                            self.cuts.push(Cut { at: opened, removed: self.removed });
                        } else {
                            kept_start = self.read_offset(after);
                        }
                    }
                    3
                }
                Token::RestIsComment => break,
            };
            at += length;
        }
        self.keep(&kept, kept_start);
    }

    fn token(&self, rest: &str) -> Token {
        let opens = rest.starts_with(";--") && !rest.starts_with(";---") && self.open.len() < NESTING;
        if !self.open.is_empty() {
            return match () {
                () if rest.starts_with("--;") => Token::CommentCloses,
                () if opens => Token::CommentOpens,
                () => Token::Text,
            };
        }
        match () {
            () if rest.starts_with("\\;") => Token::EscapedSemicolon,
            () if opens => Token::CommentOpens,
            () if rest.starts_with(';') => Token::RestIsComment,
            () => Token::Text,
        }
    }

    /// The offset in the read text of an offset in the file.
    fn read_offset(&self, offset: usize) -> u32 {
        offset as u32 - self.removed
    }

    fn cut(&mut self, offset: usize, length: u32) {
        let at = self.read_offset(offset);
        self.removed += length;
        self.cuts.push(Cut { at, removed: self.removed });
    }

    fn keep(&mut self, kept: &str, start: u32) {
        let text = kept.trim();
        if text.is_empty() {
            return;
        }
        let start = start + (kept.len() - kept.trim_start().len()) as u32;
        let span = Span { file: self.file, start, end: start + text.len() as u32 };
        self.lines.push(Line { text: text.to_owned(), span });
    }

    fn end(&mut self) {
        if let Some(&opened) = self.open.first() {
            self.diagnostics.push(
                Diagnostic::error("unclosed-comment", "this comment is never closed")
                    .at(Span { file: self.file, start: opened, end: opened + 3 })
                    .help("close it with `--;`; a comment to the end of the line begins with a single `;`"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourceMap;

    fn read(text: &str) -> Vec<(String, String)> {
        let mut map = SourceMap::new();
        let lines = lines(map.next_id(), text.as_bytes());
        map.insert("f".into(), lines.text, lines.cuts);
        lines
            .lines
            .into_iter()
            .map(|line| {
                let place = map.place(line.span).unwrap();
                (line.text, format!("{}:{}", place.line, place.column))
            })
            .collect()
    }

    fn one(text: &str, place: &str) -> (String, String) {
        (text.to_owned(), place.to_owned())
    }

    #[test]
    fn comments_of_both_kinds_go() {
        assert_eq!(read("a = 1 ; no\n;none\n  b = 2\r\n"), [one("a = 1", "1:1"), one("b = 2", "3:3")]);
        assert_eq!(read("a ;-- x --; b"), [one("a  b", "1:1")]);
        assert_eq!(read("a;-- x\ny\nz --; b"), [one("a", "1:1"), one("b", "3:7")]);
        assert_eq!(read(";--- only this line\nb"), [one("b", "2:1")]);
        assert_eq!(read(";-- 1 ;-- 2 --; still\n--;c"), [one("c", "2:4")]);
    }

    #[test]
    fn escaped_semicolons_stay() {
        assert_eq!(read(r"a = b\;c ;d"), [one("a = b;c", "1:1")]);
    }

    #[test]
    fn spans_find_the_columns_behind_a_cut() {
        let text = "a = b\\;c ;-- x --; d\ne = f";
        let mut map = SourceMap::new();
        let read = lines(map.next_id(), text.as_bytes());
        map.insert("f".into(), read.text, read.cuts);
        let line = &read.lines[0];
        assert_eq!(line.text, "a = b;c  d");
        let column = |needle: &str| {
            let at = line.text.find(needle).unwrap();
            map.place(line.span.slice(at..at + 1)).unwrap().column
        };
        assert_eq!((column("b"), column(";"), column("c"), column("d")), (5, 7, 8, 20));
        assert_eq!(map.place(read.lines[1].span).unwrap().column, 1);
    }

    #[test]
    fn unclosed_comment_and_strange_bytes_are_told() {
        let map = SourceMap::new();
        let read = lines(map.next_id(), b"\xef\xbb\xbfa = caf\xe9\n;-- never");
        assert_eq!(read.lines[0].text, "a = caf\u{fffd}");
        let codes: Vec<_> = read.diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["not-utf8", "unclosed-comment"]);
    }
}
