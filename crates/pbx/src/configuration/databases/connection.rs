//! A section of `res_odbc.conf`: a data base, and how it is asked.

use std::time::Duration;

use asterisk_conf::{Diagnostic, Section};

use super::odbc_ini::OdbcIni;
use super::source::DataSource;
use crate::configuration::values::{Values, at};
use crate::databases::Isolation;

/// The keys of Asterisk, and ours: `url`, `query_timeout`.
const KEYS: &[&str] = &[
    "backslash_is_escape",
    "cache_size",
    "cache_type",
    "connect_timeout",
    "dsn",
    "enabled",
    "forcecommit",
    "idlecheck",
    "isolation",
    "limit",
    "logging",
    "max_connections",
    "negative_connection_cache",
    "password",
    "pooling",
    "pre-connect",
    "query_timeout",
    "sanitysql",
    "share_connections",
    "shared_connections",
    "slow_query_limit",
    "url",
    "username",
];

/// A data base, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// The name of the section: what `dsn` of `func_odbc.conf` names.
    pub name: String,
    /// `dsn`, or `url`'s scheme where there is none.
    pub dsn: String,
    /// What it is and where, or a sentence that says why it is of no use.
    pub source: Result<DataSource, String>,
    /// `pre-connect`: connected before it is asked.
    pub pre_connect: bool,
    /// `max_connections`: how many questions a server is asked at a time.
    pub most_connections: usize,
    /// `sanitysql`: what a connection that has rested is tried with.
    pub sanity_sql: Option<String>,
    /// `connect_timeout`: how long a server may take to be reached.
    pub connect_timeout: Duration,
    /// `query_timeout`, our own: how long a question may take.
    pub query_timeout: Duration,
    /// `negative_connection_cache`: how long a server that was not reached is left alone.
    pub left_alone: Duration,
    /// `isolation`: how far a transaction sees the work of others.
    pub isolation: Isolation,
    /// `forcecommit`: what is open at the end of a call is committed.
    pub force_commit: bool,
    /// `backslash_is_escape=yes`: MySQL reads backslashes in texts as it does by itself.
    pub backslash_is_escape: bool,
}

impl DatabaseSettings {
    /// Reads a section; `None` for one that is not enabled.
    pub(super) fn read(section: &Section, odbc: &OdbcIni, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let name = section.name.value.clone();
        let mut values = Values { section, found };
        values.check_keys("a data base in res_odbc.conf", KEYS, |_| None);
        if !values.flag("enabled", true) {
            return None;
        }
        let url = values.text("url");
        // Asterisk, too, takes the name of the section where no dsn is given.
        let dsn = values.text("dsn");
        let source = match (&url, &dsn) {
            (Some(url), _) => DataSource::of_url(url),
            (None, dsn) => DataSource::of_dsn(dsn.as_deref().unwrap_or(&name), odbc),
        };
        if let Err(problem) = &source {
            // The line of a url may have a password in it.
            let place = values.span("dsn").filter(|_| url.is_none()).unwrap_or(section.name.span);
            let finding = Diagnostic::warning("no-data-base", format!("[{name}]: {problem}"));
            values.found.push(finding.at(place).help("what asks this data base gets nothing"));
        }
        let account = (values.text("username"), values.text("password"));
        let settings = Self {
            dsn: dsn.unwrap_or_else(|| name.clone()),
            source: source.map(|source| source.with_account(account.0, account.1)),
            pre_connect: values.flag("pre-connect", false),
            most_connections: values.number("max_connections", 1_usize).clamp(1, 256),
            sanity_sql: values.text("sanitysql"),
            connect_timeout: values.seconds("connect_timeout").unwrap_or(Duration::from_secs(10)),
            query_timeout: values.seconds("query_timeout").unwrap_or(Duration::from_secs(10)),
            left_alone: match values.text("negative_connection_cache") {
                Some(_) => values.seconds("negative_connection_cache").unwrap_or_default(),
                None => Duration::from_secs(300),
            },
            isolation: isolation(&mut values),
            force_commit: values.flag("forcecommit", false),
            backslash_is_escape: values.flag("backslash_is_escape", false),
            name,
        };
        Some(settings)
    }
}

fn isolation(values: &mut Values<'_>) -> Isolation {
    let Some(text) = values.text("isolation") else { return Isolation::default() };
    Isolation::parse(&text).unwrap_or_else(|| {
        let message = format!("'{text}' is no isolation: transactions are read_committed");
        let finding = Diagnostic::warning("bad-isolation", message);
        let help = "known are read_committed, read_uncommitted, repeatable_read and serializable";
        values.found.push(at(finding.help(help), values.span("isolation")));
        Isolation::default()
    })
}
