//! `cdr.conf`, `cdr_custom.conf` and `cdr_sqlite3_custom.conf`: which call detail records are made, and where they are
//! written.

use std::path::{Component, Path};
use std::time::Duration;

use asterisk_conf::{Config, Diagnostic, Section};

use super::values::Values;
use crate::call_records::RecordRules;

/// Call detail records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRecordsConfiguration {
    /// Which are made.
    pub rules: RecordRules,
    /// `debug`: the log tells of each.
    pub debug: bool,
    /// `batch`: they are written together. `None`: each as soon as it is finished.
    pub batch: Option<RecordBatch>,
    /// `safeshutdown`: an exchange that stops waits until all of them are written. `false`: not for those of a batch.
    pub hasty_shutdown: bool,
    /// `[csv]`: `cdr-csv/Master.csv`.
    pub csv: CsvRecords,
    /// `cdr_custom.conf`: files below `cdr-custom`, each with what is written for a record.
    pub custom: Vec<(String, String)>,
    /// `cdr_sqlite3_custom.conf`: `master.db`.
    pub sqlite: Option<SqliteRecords>,
}

/// Records that are written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordBatch {
    /// `size`: as soon as there are so many.
    pub size: usize,
    /// `time`: as soon as the first has waited so long.
    pub time: Duration,
}

/// What lines of `Master.csv` are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvRecords {
    /// `usegmtime`: times are those of Greenwich.
    pub greenwich: bool,
    /// `loguniqueid`: with the unique id.
    pub unique_id: bool,
    /// `loguserfield`: with the user field.
    pub user_field: bool,
    /// `accountlogs`: also into a file for each account code.
    pub account_files: bool,
    /// `newcdrcolumns`: with the account of party B, the linked id and the sequence number.
    pub new_columns: bool,
}

impl Default for CsvRecords {
    fn default() -> Self {
        Self {
            greenwich: false,
            unique_id: false,
            user_field: false,
            account_files: true,
            new_columns: false,
        }
    }
}

/// A table of SQLite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteRecords {
    /// `table`.
    pub table: String,
    /// `columns`, each with what is written into it.
    pub columns: Vec<(String, String)>,
    /// `busy_timeout`: how long other programs may keep the file.
    pub patience: Duration,
}

const GENERAL: &[&str] = &[
    "batch",
    "canceldispositionenabled",
    "channeldefaultenabled",
    "congestion",
    "debug",
    "enable",
    "endbeforehexten",
    "ignoredialchanges",
    "ignorestatechanges",
    "initiatedseconds",
    "safeshutdown",
    "scheduleronly",
    "size",
    "time",
    "unanswered",
];
const CSV: &[&str] = &["accountlogs", "loguniqueid", "loguserfield", "newcdrcolumns", "usegmtime"];
const SQLITE: &[&str] = &["busy_timeout", "columns", "table", "values"];

/// Most columns of a table.
const MOST_COLUMNS: usize = 512;

impl CallRecordsConfiguration {
    /// Reads `cdr.conf`.
    pub(super) fn read(config: &Config, found: &mut Vec<Diagnostic>) -> Self {
        let mut records = Self::default();
        if let Some(section) = config.section("general") {
            records.read_general(&mut Values { section, found });
        }
        if let Some(section) = config.section("csv") {
            records.csv = csv(&mut Values { section, found });
        }
        records
    }

    fn read_general(&mut self, values: &mut Values<'_>) {
        values.check_keys("[general] of cdr.conf", GENERAL, |_| None);
        let rules = RecordRules::default();
        self.rules = RecordRules {
            enabled: values.flag("enable", rules.enabled),
            unanswered: values.flag("unanswered", rules.unanswered),
            congestion: values.flag("congestion", rules.congestion),
            end_before_h: values.flag("endbeforehexten", rules.end_before_h),
            whole_seconds: values.flag("initiatedseconds", rules.whole_seconds),
            on_by_default: values.flag("channeldefaultenabled", rules.on_by_default),
            ignore_bridges: values.flag("ignorestatechanges", rules.ignore_bridges),
            ignore_dials: values.flag("ignoredialchanges", rules.ignore_dials),
            cancel: values.flag("canceldispositionenabled", rules.cancel),
        };
        self.debug = values.flag("debug", false);
        self.hasty_shutdown = !values.flag("safeshutdown", true);
        // One thread writes in any case.
        values.flag("scheduleronly", false);
        let (size, time) = (values.number("size", 100_usize), values.number("time", 300_u32));
        let batch = RecordBatch { size: size.max(1), time: Duration::from_secs(u64::from(time).max(1)) };
        self.batch = values.flag("batch", false).then_some(batch);
    }

    /// Reads `cdr_custom.conf`.
    pub(super) fn read_custom(&mut self, config: &Config, found: &mut Vec<Diagnostic>) {
        let Some(section) = config.section("mappings") else { return };
        for entry in &section.entries {
            let (file, template) = (entry.key.value.trim(), entry.value.value.trim());
            if !is_below(Path::new(file)) {
                let message =
                    format!("'{file}' is not the name of a file below cdr-custom; nothing is written there");
                found.push(Diagnostic::warning("bad-value", message).at(entry.key.span));
            } else if template.is_empty() {
                let message = format!("nothing is said of what goes into {file}; nothing is written there");
                let help = "write it behind =>, as in ${CSV_QUOTE(${CDR(clid)})},${CSV_QUOTE(${CDR(src)})}";
                found.push(Diagnostic::warning("bad-value", message).at(entry.key.span).help(help));
            } else {
                self.custom.push((file.to_owned(), template.to_owned()));
            }
        }
    }

    /// Reads `cdr_sqlite3_custom.conf`.
    pub(super) fn read_sqlite(&mut self, config: &Config, found: &mut Vec<Diagnostic>) {
        if let Some(section) = config.section("master") {
            self.sqlite = sqlite(section, found);
        }
    }
}

fn csv(values: &mut Values<'_>) -> CsvRecords {
    values.check_keys("[csv] of cdr.conf", CSV, |_| None);
    let default = CsvRecords::default();
    CsvRecords {
        greenwich: values.flag("usegmtime", default.greenwich),
        unique_id: values.flag("loguniqueid", default.unique_id),
        user_field: values.flag("loguserfield", default.user_field),
        account_files: values.flag("accountlogs", default.account_files),
        new_columns: values.flag("newcdrcolumns", default.new_columns),
    }
}

/// Whether a name stays in the folder that it is looked up in.
fn is_below(file: &Path) -> bool {
    let mut parts = file.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

fn sqlite(section: &Section, found: &mut Vec<Diagnostic>) -> Option<SqliteRecords> {
    let mut values = Values { section, found };
    values.check_keys("[master] of cdr_sqlite3_custom.conf", SQLITE, |_| None);
    let table = values.text("table").unwrap_or_else(|| "cdr".to_owned());
    let patience = Duration::from_millis(u64::from(values.number("busy_timeout", 1_000_u32)));
    let names = parts(&values.text("columns").unwrap_or_default());
    let templates = parts(&values.text("values").unwrap_or_default());
    let is_odd = |problem: &str, values: &mut Values<'_>| {
        values.odd(
            "columns",
            format!("{problem}; nothing is written to master.db"),
            "name as many columns as values",
        );
        None
    };
    if names.is_empty() {
        return is_odd("none is named", &mut values);
    }
    if names.len() != templates.len() || names.len() > MOST_COLUMNS {
        let problem = format!("{} are named, and {} values", names.len(), templates.len());
        return is_odd(&problem, &mut values);
    }
    Some(SqliteRecords { table, columns: names.into_iter().zip(templates).collect(), patience })
}

/// What stands between commas that are in no quotes and no braces, without the quotes around it.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth, mut quoted) = (Vec::new(), String::new(), 0_usize, false);
    for c in text.chars() {
        match c {
            '\'' if depth == 0 => {
                quoted = !quoted;
                continue;
            }
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !quoted => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use asterisk_conf::{LoadOptions, MemoryFiles, SourceMap, load};

    use super::*;

    fn read(cdr: &str, custom: &str, sqlite: &str) -> (CallRecordsConfiguration, usize) {
        let files = MemoryFiles::from([("cdr.conf", cdr), ("custom.conf", custom), ("sqlite.conf", sqlite)]);
        let mut found = Vec::new();
        let mut config = |name: &str| {
            let (config, more) =
                load(Path::new(name), &files, &mut SourceMap::new(), &LoadOptions::default());
            found.extend(more);
            config
        };
        let (cdr, custom, sqlite) = (config("cdr.conf"), config("custom.conf"), config("sqlite.conf"));
        let mut records = CallRecordsConfiguration::read(&cdr, &mut found);
        records.read_custom(&custom, &mut found);
        records.read_sqlite(&sqlite, &mut found);
        (records, found.len())
    }

    #[test]
    fn without_files_records_go_to_master_csv() {
        let (records, found) = read("", "", "");
        assert_eq!((records, found), (CallRecordsConfiguration::default(), 0));
        assert!(CallRecordsConfiguration::default().rules.enabled);
    }

    #[test]
    fn every_key_has_its_effect() {
        let text = "[general]\nenable=no\nunanswered=yes\ncongestion=yes\nendbeforehexten=no\ninitiatedseconds=yes\n\
                    batch=yes\nsize=5\ntime=2\nscheduleronly=yes\nsafeshutdown=no\nchanneldefaultenabled=no\n\
                    ignorestatechanges=yes\nignoredialchanges=yes\ncanceldispositionenabled=yes\ndebug=yes\n\
                    [csv]\nusegmtime=yes\nloguniqueid=yes\nloguserfield=yes\naccountlogs=no\nnewcdrcolumns=yes\n";
        let (records, found) = read(text, "", "");
        let rules = RecordRules {
            enabled: false,
            unanswered: true,
            congestion: true,
            end_before_h: false,
            whole_seconds: true,
            on_by_default: false,
            ignore_bridges: true,
            ignore_dials: true,
            cancel: true,
        };
        let csv = CsvRecords {
            greenwich: true,
            unique_id: true,
            user_field: true,
            account_files: false,
            new_columns: true,
        };
        let batch = Some(RecordBatch { size: 5, time: Duration::from_secs(2) });
        assert_eq!((&records.rules, &records.csv, records.batch), (&rules, &csv, batch));
        assert!(records.debug && records.hasty_shutdown && found == 0);
    }

    #[test]
    fn files_and_tables_are_described_by_templates() {
        let custom = "[mappings]\nsimple.csv => ${CSV_QUOTE(${CDR(clid)})},${CDR(billsec)}\n../../etc/x => ${CDR(src)}\n";
        let sqlite = "[master]\ntable=calls\ncolumns => src, dst,note\nvalues => '${CDR(src)}','${IF($[1]?a,b)}','x,y'\n";
        let (records, found) = read("[general]\nenabel=no\n", custom, sqlite);
        assert_eq!(
            records.custom,
            [("simple.csv".into(), "${CSV_QUOTE(${CDR(clid)})},${CDR(billsec)}".into())]
        );
        let columns = [("src", "${CDR(src)}"), ("dst", "${IF($[1]?a,b)}"), ("note", "x,y")];
        let columns: Vec<_> = columns.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(records.sqlite.unwrap().columns, columns);
        assert_eq!(found, 2, "a key that is none, and a file outside");
        assert_eq!(read("", "", "[master]\ncolumns=a,b\nvalues='1'\n").0.sqlite, None);
    }
}
