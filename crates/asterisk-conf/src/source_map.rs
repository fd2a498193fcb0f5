//! The texts that were read, and the way from a span back to a path, a line and a column.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A piece of a file.
///
/// Offsets count the bytes of the *read* text: the file as UTF-8, without the backslash of `\;` and without
/// comments inside a line. So an offset inside a value is `span.start` plus the offset in that value, whatever
/// stood in between; [`SourceMap::place`] knows the way back to the columns of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One after the last byte.
    pub end: u32,
}

impl Span {
    /// The piece `range` of what this span covers; a range beyond its end is cut there.
    pub fn slice(self, range: Range<usize>) -> Span {
        let at = |offset: usize| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            self.start.saturating_add(offset).min(self.end)
        };
        let start = at(range.start);
        Span { file: self.file, start, end: at(range.end).max(start) }
    }
}

/// A value and the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Spanned<String> {
    /// The place of the bytes `range` of the value.
    pub fn part(&self, range: Range<usize>) -> Span {
        self.span.slice(range)
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Where a span begins, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file.
    pub path: &'a Path,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The whole line, without its end.
    pub text: &'a str,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// Every file that was read. Cloning is cheap: the texts are shared.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    text: String,
    /// Offset in `text` of each line's first byte.
    line_starts: Vec<u32>,
    /// What was taken out of the read text, in order.
    cuts: Vec<Cut>,
}

/// From offset `at` of the read text on, the file is `removed` bytes further.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) at: u32,
    pub(crate) removed: u32,
}

impl SourceMap {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text, for instance one that a program wrote itself, and names it.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: String) -> FileId {
        self.insert(path.into(), text, Vec::new())
    }

    pub(crate) fn insert(&mut self, path: PathBuf, text: String, cuts: Vec<Cut>) -> FileId {
        let starts = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at as u32 + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        let id = FileId(self.files.len() as u32);
        self.files.push(Arc::new(SourceFile { path, text, line_starts, cuts }));
        id
    }

    pub(crate) fn next_id(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    /// The path of a file, as it was opened.
    pub fn path(&self, file: FileId) -> Option<&Path> {
        self.files.get(file.0 as usize).map(|file| file.path.as_path())
    }

    /// The paths of all files, in the order in which they were read.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|file| file.path.as_path())
    }

    /// Where the span begins. `None` for a span of another map.
    pub fn place(&self, span: Span) -> Option<Place<'_>> {
        let file = self.files.get(span.file.0 as usize)?;
        let range = file.range(span);
        let line = file.line_of(range.start);
        let text = file.line_text(line);
        let column = file.text[file.line_starts[line] as usize..range.start].chars().count() + 1;
        Some(Place { path: &file.path, line: line + 1, column, text })
    }

    /// Everything that a report about the span needs: the lines it covers and its bytes within them.
    pub(crate) fn excerpt(&self, span: Span) -> Option<Excerpt<'_>> {
        let file = self.files.get(span.file.0 as usize)?;
        let range = file.range(span);
        let line = file.line_of(range.start);
        let start = file.line_starts[line] as usize;
        let text = file.line_text(line);
        let end = range.end.clamp(range.start, start + text.len()) - start;
        Some(Excerpt { path: &file.path, line: line + 1, text, range: range.start - start..end })
    }
}

/// One line of a file and the bytes of it that are meant.
pub(crate) struct Excerpt<'a> {
    pub(crate) path: &'a Path,
    pub(crate) line: usize,
    pub(crate) text: &'a str,
    pub(crate) range: Range<usize>,
}

impl SourceFile {
    /// The bytes of the file that a span means.
    fn range(&self, span: Span) -> Range<usize> {
        let start = self.original(span.start, true);
        let end = if span.end > span.start { self.original(span.end - 1, true) + 1 } else { start };
        self.floor(start)..self.ceil(end.max(start))
    }

    fn original(&self, offset: u32, after_cut: bool) -> usize {
        let passed = self.cuts.partition_point(|cut| cut.at < offset || (after_cut && cut.at == offset));
        let removed = passed.checked_sub(1).map_or(0, |last| self.cuts[last].removed);
        ((offset + removed) as usize).min(self.text.len())
    }

    fn floor(&self, mut at: usize) -> usize {
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn ceil(&self, mut at: usize) -> usize {
        at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        at
    }

    fn line_of(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|&start| start as usize <= offset) - 1
    }

    fn line_text(&self, line: usize) -> &str {
        let start = self.line_starts[line] as usize;
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |&next| next as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters() {
        let mut map = SourceMap::new();
        let file = map.add("a.conf", "één\r\n  tw\u{f6} = 1\n".to_owned());
        let place = map.place(Span { file, start: 9, end: 10 }).unwrap();
        assert_eq!((place.line, place.column, place.text), (2, 3, "  tw\u{f6} = 1"));
        let end = map.place(Span { file, start: 900, end: 901 }).unwrap();
        assert_eq!((end.line, end.column), (3, 1));
    }

    #[test]
    fn cuts_move_the_columns_that_follow() {
        let mut map = SourceMap::new();
        // read as "k=a;b"
        let cuts = vec![Cut { at: 3, removed: 1 }];
        let file = map.insert("a.conf".into(), "k=a\\;b".into(), cuts);
        assert_eq!(map.place(Span { file, start: 2, end: 3 }).unwrap().column, 3);
        assert_eq!(map.place(Span { file, start: 4, end: 5 }).unwrap().column, 6);
        assert_eq!(map.excerpt(Span { file, start: 2, end: 5 }).unwrap().range, 2..6);
    }
}
