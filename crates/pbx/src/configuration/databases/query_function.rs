//! A section of `func_odbc.conf`: a function of the dialplan that is a statement of SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use asterisk_conf::{Diagnostic, Section, Span, suggest};

use super::DatabaseSettings;
use crate::configuration::values::{Values, at};

/// Data bases that one function may name.
const MOST_HANDLES: usize = 5;

/// The keys of Asterisk.
const KEYS: &[&str] = &[
    "dsn",
    "escapecommas",
    "insertsql",
    "minargs",
    "mode",
    "prefix",
    "read",
    "readhandle",
    "readsql",
    "rowlimit",
    "synopsis",
    "syntax",
    "write",
    "writehandle",
    "writesql",
];

/// A function of the dialplan that is a statement of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFunction {
    /// Its whole name, as `ODBC_NAME`.
    pub name: String,
    /// `syntax`: how it is written.
    pub syntax: String,
    /// `synopsis`: one line about it.
    pub synopsis: String,
    /// `readsql` and `readhandle`; `None` where it cannot be read.
    pub read: Option<QueryText>,
    /// `writesql` and `writehandle`; `None` where it cannot be set.
    pub write: Option<QueryText>,
    /// `insertsql`: what is done where `writesql` has changed nothing.
    pub insert: Option<QueryText>,
    /// `escapecommas`: whether commas and backslashes of values get a backslash.
    pub escape_commas: bool,
    /// `mode=multirow` and `rowlimit`: most rows that are kept for `ODBC_FETCH`; `None` for a function that has one row.
    pub rows: Option<usize>,
    /// `minargs`: fewest arguments.
    pub fewest_arguments: usize,
}

/// A statement with `${ARG1}` and so on in it, and whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryText {
    /// The statement.
    pub sql: String,
    /// The sections of `res_odbc.conf` that are asked, one after the other until one answers.
    pub handles: Handles,
    /// Where it is written.
    pub span: Span,
}

/// Names of sections of `res_odbc.conf`, and where they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handles {
    /// The names.
    pub names: Vec<String>,
    /// The place.
    pub span: Option<Span>,
}

impl QueryFunction {
    /// Reads a section; `None` for one that does nothing.
    pub(super) fn read(section: &Section, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut values = Values { section, found };
        values.check_keys("a function in func_odbc.conf", KEYS, |_| None);
        let prefix = values.text("prefix").unwrap_or_else(|| "ODBC".to_owned());
        let name = format!("{prefix}_{}", section.name.value);
        let write_to = handles(&values, &["writehandle", "dsn"]);
        let read_from = match handles(&values, &["readhandle"]) {
            own if own.names.is_empty() => write_to.clone(),
            own => own,
        };
        let is_multirow = values.choice("mode", &[("multirow", true)], false);
        let most = values.number("rowlimit", 0_usize);
        let function = Self {
            syntax: match values.text("syntax") {
                Some(syntax) => format!("{name}({})", syntax.trim_start_matches('(').trim_end_matches(')')),
                None => format!("{name}(arg1[,...[,argN]])"),
            },
            synopsis: values.text("synopsis").unwrap_or_else(|| "A statement of func_odbc.conf.".to_owned()),
            read: statement(&values, &["readsql", "read"], &read_from),
            write: statement(&values, &["writesql", "write"], &write_to),
            insert: statement(&values, &["insertsql"], &write_to),
            escape_commas: values.flag("escapecommas", true),
            rows: is_multirow.then_some(if most == 0 { usize::MAX } else { most }),
            fewest_arguments: values.number("minargs", 0),
            name,
        };
        let problem = match () {
            () if crate::functions::find(&function.name).is_some() => {
                "there is a function of that name already"
            }
            () if function.read.is_none() && function.write.is_none() => {
                "it has neither readsql nor writesql"
            }
            () => return Some(function),
        };
        let message = format!("{}: {problem}; it is left out", function.name);
        found.push(Diagnostic::warning("bad-value", message).at(section.name.span));
        None
    }

    /// Its statements.
    pub fn texts(&self) -> impl Iterator<Item = &QueryText> {
        [&self.read, &self.write, &self.insert].into_iter().flatten()
    }

    /// Says which data bases are not there.
    pub(super) fn check_handles(
        &self,
        known: &BTreeMap<String, Arc<DatabaseSettings>>,
        found: &mut Vec<Diagnostic>,
    ) {
        for text in self.texts().filter(|text| self.insert.as_ref() != Some(text)) {
            if text.handles.names.is_empty() {
                let message = format!("{}: no dsn says which data base is asked", self.name);
                found.push(Diagnostic::warning("unknown-name", message).at(text.span));
            }
            for missing in text.handles.names.iter().filter(|name| !known.contains_key(*name)) {
                let message = format!(
                    "{}: res_odbc.conf has no [{missing}], or it is not enabled: nothing is found there",
                    self.name
                );
                let nearest = suggest::nearest(missing, known.keys().map(String::as_str));
                let finding = Diagnostic::warning("unknown-name", message).suggest(nearest);
                found.push(at(finding, text.handles.span));
            }
        }
    }
}

/// The names of the first of these keys that is there.
fn handles(values: &Values<'_>, keys: &[&str]) -> Handles {
    let Some(key) = keys.iter().find(|key| values.text(key).is_some()) else { return Handles::default() };
    Handles { names: values.names(key).into_iter().take(MOST_HANDLES).collect(), span: values.span(key) }
}

/// The statement of the first of these keys that is there.
fn statement(values: &Values<'_>, keys: &[&str], handles: &Handles) -> Option<QueryText> {
    let key = keys.iter().find(|key| values.text(key).is_some())?;
    let span = values.span(key)?;
    Some(QueryText { sql: values.text(key)?, handles: handles.clone(), span })
}
