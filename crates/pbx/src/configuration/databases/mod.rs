//! `res_odbc.conf`, `odbc.ini` and `func_odbc.conf`: data bases of others, and the functions of the dialplan that ask them.
//!
//! No library of ODBC is there: a `dsn` is looked up in `odbc.ini`, and its driver says which protocol is spoken.

mod connection;
mod odbc_ini;
mod query_function;
mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use asterisk_conf::{Config, Diagnostic};

pub use connection::DatabaseSettings;
pub(super) use odbc_ini::OdbcIni;
pub use query_function::{Handles, QueryFunction, QueryText};
pub use source::{DataSource, Encryption, MysqlServer, Password};

/// Data bases by the names of their sections, and functions by their whole names.
#[derive(Clone, Debug, Default)]
pub struct DatabasesConfiguration {
    /// The sections of `res_odbc.conf` that are enabled.
    pub connections: BTreeMap<String, Arc<DatabaseSettings>>,
    /// The sections of `func_odbc.conf`.
    pub functions: BTreeMap<String, Arc<QueryFunction>>,
}

impl DatabasesConfiguration {
    /// Reads the sections; `odbc` is what `odbc.ini` says.
    pub(super) fn read(
        connections: &Config,
        functions: &Config,
        odbc: &OdbcIni,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut databases = Self::default();
        // [ENV] sets variables for libraries of ODBC, of which there are none.
        for section in connections.objects().filter(|section| section.name.value != "ENV") {
            if let Some(settings) = DatabaseSettings::read(section, odbc, found) {
                databases.connections.insert(settings.name.clone(), Arc::new(settings));
            }
        }
        for section in functions.objects() {
            let function = QueryFunction::read(section, found);
            let Some(function) = function else { continue };
            function.check_handles(&databases.connections, found);
            databases.functions.insert(function.name.clone(), Arc::new(function));
        }
        databases
    }
}

#[cfg(test)]
mod tests;
