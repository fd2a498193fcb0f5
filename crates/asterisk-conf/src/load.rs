//! Reading a file and all that it includes into one [`Config`].

use crate::include::{Directive, directive};
use crate::lines::{Line, lines};
use crate::section_header::{Header, header};
use crate::suggest::nearest;
use crate::{Config, Diagnostic, Entry, Files, Operator, Section, Severity, SourceMap, Span, Spanned, files};
use std::io;
use std::path::{Path, PathBuf};

/// What a load may do, and its bounds.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// The folder that relative names in `#include` start from. Default: the folder of the loaded file.
    pub folder: Option<PathBuf>,
    /// Whether `#exec` lines run (`execincludes` in `asterisk.conf`). Default: no; such a line is an error.
    pub allow_exec: bool,
    /// How deep includes may nest. Default: 10.
    pub max_depth: usize,
    /// How many files one load may read. Default: 2,000.
    pub max_files: usize,
    /// How many bytes all files may have together. Default: 64 MiB.
    pub max_bytes: usize,
    /// How many entries all sections may have together, inherited ones counted in each. Default: 1,000,000.
    pub max_entries: usize,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            folder: None,
            allow_exec: false,
            max_depth: 10,
            max_files: 2_000,
            max_bytes: 64 << 20,
            max_entries: 1_000_000,
        }
    }
}

/// Findings beyond this number are only counted.
const MOST_FINDINGS: usize = 1_000;

/// Reads `path` and all that it includes.
///
/// The answer holds what could be read, in any case; when one of the diagnostics
/// [is an error](Diagnostic::is_error) it must not be applied. The texts are added to `sources`, which then
/// renders the diagnostics and finds the place of every value.
pub fn load(
    path: &Path,
    files: &dyn Files,
    sources: &mut SourceMap,
    options: &LoadOptions,
) -> (Config, Vec<Diagnostic>) {
    let folder = options.folder.clone().unwrap_or_else(|| path.parent().unwrap_or(Path::new("")).to_owned());
    let mut loader = Loader {
        files,
        sources,
        options,
        folder,
        stack: Vec::new(),
        files_read: 0,
        bytes_read: 0,
        entries: 0,
        full: false,
        current: None,
        sections: Vec::new(),
        diagnostics: Vec::new(),
    };
    if let Err(error) = loader.file(path) {
        loader.diagnostics.push(unreadable(path, &error));
    }
    let Loader { sections, mut diagnostics, .. } = loader;
    limit(&mut diagnostics);
    (Config { sections }, diagnostics)
}

/// Drops the findings that nobody would read any more, errors last.
fn limit(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() > MOST_FINDINGS {
        let more = diagnostics.len() - MOST_FINDINGS;
        let grave = diagnostics.iter().any(Diagnostic::is_error);
        diagnostics.truncate(MOST_FINDINGS);
        let mut last = Diagnostic::note("more-findings", format!("{more} further findings are not shown"));
        if grave {
            last.severity = Severity::Error;
        }
        diagnostics.push(last);
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: &'a mut SourceMap,
    options: &'a LoadOptions,
    folder: PathBuf,
    /// The files that are being read, outermost first.
    stack: Vec<PathBuf>,
    files_read: usize,
    bytes_read: usize,
    entries: usize,
    /// A bound was reached and told; the rest is not read.
    full: bool,
    /// Index of the section that entries go to.
    current: Option<usize>,
    sections: Vec<Section>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn file(&mut self, path: &Path) -> io::Result<()> {
        let bytes = self.files.read(path)?;
        self.stack.push(files::normal(path));
        self.text(path.to_owned(), &bytes);
        self.stack.pop();
        Ok(())
    }

    fn text(&mut self, path: PathBuf, bytes: &[u8]) {
        self.files_read += 1;
        self.bytes_read = self.bytes_read.saturating_add(bytes.len());
        if self.bytes_read > self.options.max_bytes {
            self.overflow(
                None,
                format!("the files have more than {} bytes together", self.options.max_bytes),
            );
            return;
        }
        let read = lines(self.sources.next_id(), bytes);
        self.sources.insert(path, read.text, read.cuts);
        self.diagnostics.extend(read.diagnostics);
        for line in &read.lines {
            if self.full {
                return;
            }
            self.line(line);
        }
    }

    fn line(&mut self, line: &Line) {
        match line.text.as_bytes()[0] {
            b'[' => {
                self.current = None;
                if let Some(header) = header(line, &mut self.diagnostics) {
                    self.open_section(header);
                } else {
                    // Its entries must go somewhere, but not into the section before.
                    self.push_section(Spanned::new(String::new(), line.span), true);
                }
            }
            b'#' => match directive(line, &mut self.diagnostics) {
                Some(Directive::Include { target, optional }) => self.include(&target, optional),
                Some(Directive::Exec(command)) => self.exec(&command),
                None => {}
            },
            _ => self.entry(line),
        }
    }

    fn open_section(&mut self, header: Header) {
        if header.addition
            && let Some(index) = self.find(&header.name)
        {
            self.current = Some(index);
        } else {
            if header.addition {
                let message = format!("there is no section `[{}]` above to add to", header.name.value);
                let finding = Diagnostic::error("unknown-section", message).at(header.name.span);
                let finding = finding.suggest(nearest(&header.name.value, self.names()));
                self.diagnostics.push(finding);
            }
            self.push_section(header.name, header.template);
        }
        for base in &header.bases {
            self.inherit(base);
        }
    }

    fn push_section(&mut self, name: Spanned<String>, is_template: bool) {
        self.current = Some(self.sections.len());
        self.sections.push(Section { name, is_template, entries: Vec::new() });
    }

    /// The first section of that name above the current one; the same letters first, then in any case.
    fn find(&self, name: &Spanned<String>) -> Option<usize> {
        let above = &self.sections[..self.current.unwrap_or(self.sections.len())];
        let exact = above.iter().position(|section| section.name.value == name.value);
        exact
            .or_else(|| above.iter().position(|section| section.name.value.eq_ignore_ascii_case(&name.value)))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().map(|section| section.name.value.as_str()).filter(|name| !name.is_empty())
    }

    fn inherit(&mut self, base: &Spanned<String>) {
        let Some(current) = self.current else { return };
        let Some(from) = self.find(base) else {
            let own = self.sections[current].name.value.clone();
            let near = nearest(&base.value, self.names().filter(|name| *name != own));
            let later = "a template stands above the sections that name it";
            let finding = Diagnostic::error(
                "unknown-template",
                format!("there is no section `[{}]` above to inherit from", base.value),
            )
            .at(base.span)
            .help(near.map_or_else(|| later.to_owned(), |near| format!("did you mean `{near}`?")));
            self.diagnostics.push(finding);
            return;
        };
        let inherited = self.sections[from].entries.clone();
        self.entries += inherited.len();
        if self.entries > self.options.max_entries {
            self.overflow(Some(base.span), too_many_entries(self.options));
            return;
        }
        self.sections[current].entries.extend(inherited);
    }

    fn entry(&mut self, line: &Line) {
        let Some(entry) = self.read_entry(line) else { return };
        let Some(current) = self.current else {
            self.diagnostics.push(
                Diagnostic::error("text-before-section", "this stands before the first section")
                    .at(line.span)
                    .help("a section begins with its name in brackets, such as `[general]`"),
            );
            return;
        };
        self.entries += 1;
        if self.entries > self.options.max_entries {
            self.overflow(Some(line.span), too_many_entries(self.options));
            return;
        }
        self.sections[current].entries.push(entry);
    }

    fn read_entry(&mut self, line: &Line) -> Option<Entry> {
        let Some(equals) = line.text.find('=') else {
            self.diagnostics.push(stray(line));
            return None;
        };
        let (mut key, mut after) = (&line.text[..equals], equals + 1);
        let mut operator = Operator::Set;
        if line.text[after..].starts_with('>') {
            (operator, after) = (Operator::Object, after + 1);
        } else if let Some(before) = key.strip_suffix('+') {
            (operator, key) = (Operator::Append, before);
        }
        let key = key.trim_end();
        if key.is_empty() {
            let finding = Diagnostic::error("missing-key", "there is no key before the `=`").at(line.span);
            self.diagnostics.push(finding);
            return None;
        }
        let value = line.text[after..].trim_start();
        let start = line.text.len() - value.len();
        Some(Entry {
            key: Spanned::new(key.to_owned(), line.span.slice(0..key.len())),
            value: Spanned::new(value.to_owned(), line.span.slice(start..line.text.len())),
            operator,
        })
    }

    fn include(&mut self, target: &Spanned<String>, optional: bool) {
        let path = files::normal(&self.folder.join(&target.value));
        let is_pattern = target.value.contains(['*', '?', '[']);
        if !is_pattern {
            return self.include_file(&path, target, optional);
        }
        let found = self.files.glob(&path);
        if found.is_empty() && !optional {
            self.diagnostics.push(
                Diagnostic::warning("nothing-included", format!("no file is called `{}`", path.display()))
                    .at(target.span)
                    .help("`#tryinclude` includes nothing without a word"),
            );
        }
        for path in found {
            self.include_file(&path, target, optional);
        }
    }

    fn include_file(&mut self, path: &Path, target: &Spanned<String>, optional: bool) {
        if !self.may_include(path, target) {
            return;
        }
        match self.file(path) {
            Ok(()) => {}
            Err(error) if optional && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => self.diagnostics.push(unreadable(path, &error).at(target.span)),
        }
    }

    fn may_include(&mut self, path: &Path, target: &Spanned<String>) -> bool {
        let message = if self.stack.contains(&files::normal(path)) {
            format!("`{}` includes itself", path.display())
        } else if self.stack.len() >= self.options.max_depth {
            format!("includes nest deeper than {}", self.options.max_depth)
        } else if self.files_read >= self.options.max_files {
            self.overflow(
                Some(target.span),
                format!("more than {} files are included", self.options.max_files),
            );
            return false;
        } else {
            return !self.full;
        };
        self.diagnostics.push(Diagnostic::error("include-loop", message).at(target.span));
        false
    }

    fn exec(&mut self, command: &Spanned<String>) {
        if !self.options.allow_exec {
            self.diagnostics.push(
                Diagnostic::error("exec-refused", "`#exec` would run a program, which is not allowed")
                    .at(command.span)
                    .help("`execincludes = yes` in the `[options]` of asterisk.conf allows it"),
            );
            return;
        }
        let name = PathBuf::from(format!("#exec {}", command.value));
        if !self.may_include(&name, command) {
            return;
        }
        match self.files.execute(&command.value) {
            Ok(output) => {
                self.stack.push(name.clone());
                self.text(name, &output);
                self.stack.pop();
            }
            Err(error) => self.diagnostics.push(
                Diagnostic::error("exec-failed", format!("`{}` failed: {error}", command.value))
                    .at(command.span),
            ),
        }
    }

    fn overflow(&mut self, span: Option<Span>, message: String) {
        let mut finding = Diagnostic::error("too-large", format!("{message}: the rest is not read"));
        finding.span = span;
        self.diagnostics.push(finding);
        self.full = true;
    }
}

fn too_many_entries(options: &LoadOptions) -> String {
    format!("the sections have more than {} entries together, inherited ones counted", options.max_entries)
}

fn stray(line: &Line) -> Diagnostic {
    let help = if line.text.starts_with("//") {
        "a comment begins with `;`"
    } else {
        "write `key = value` or `key => value`, or put `;` before a comment"
    };
    Diagnostic::error("stray-line", "this line has no `=`").at(line.span).help(help)
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let path = path.display();
    let finding = match error.kind() {
        io::ErrorKind::NotFound => Diagnostic::error("no-such-file", format!("there is no file `{path}`")),
        _ => Diagnostic::error("unreadable-file", format!("cannot read `{path}`: {error}")),
    };
    match error.kind() {
        io::ErrorKind::PermissionDenied => finding.help("let the account that runs this program read it"),
        _ => finding,
    }
}
