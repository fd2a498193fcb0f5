//! `master.db`: a row of SQLite for each record (`cdr_sqlite3_custom.conf`).

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use super::super::record::CallRecord;
use super::RecordStore;
use super::template::fill;
use crate::configuration::SqliteRecords;
use crate::registrar::choose_journal;

/// One table of one file.
pub(super) struct SqliteTable {
    path: PathBuf,
    settings: SqliteRecords,
    /// Open once it was needed, and closed by a problem.
    connection: Option<Connection>,
}

impl SqliteTable {
    pub(super) fn new(path: PathBuf, settings: SqliteRecords) -> Self {
        Self { path, settings, connection: None }
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.busy_timeout(self.settings.patience)?;
        choose_journal(&connection)?;
        // A record that was written is money: it outlives a loss of power.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // The columns are those of Asterisk, without a type.
        let columns = self.names().collect::<Vec<_>>().join(", ");
        let table = name(&self.settings.table);
        let make = format!("CREATE TABLE IF NOT EXISTS {table} (AcctId INTEGER PRIMARY KEY, {columns})");
        connection.execute(&make, [])?;
        Ok(connection)
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.settings.columns.iter().map(|(column, _)| name(column))
    }

    fn insert(&mut self, records: &[Arc<CallRecord>]) -> rusqlite::Result<()> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.open()?,
        };
        let (columns, places): (Vec<_>, Vec<_>) = self.names().map(|column| (column, "?")).unzip();
        let table = name(&self.settings.table);
        let insert = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let transaction = connection.transaction()?;
        for record in records {
            let values = self.settings.columns.iter().map(|(_, template)| fill(template, record));
            transaction.prepare_cached(&insert)?.execute(params_from_iter(values))?;
        }
        transaction.commit()?;
        self.connection = Some(connection);
        Ok(())
    }
}

impl RecordStore for SqliteTable {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn write(&mut self, records: &[Arc<CallRecord>]) -> Result<(), String> {
        self.insert(records).map_err(|error| {
            format!("{error}; look whether the table has the columns of cdr_sqlite3_custom.conf, and the disk room")
        })
    }
}

/// A name of the configuration as one of SQL.
fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::sample::record;
    use super::*;

    #[test]
    fn a_record_is_a_row_whatever_stands_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let columns = [("calldate", "${CDR(start,u)}"), ("src", "${CDR(src)}"), ("o\"dd", "${CDR(note)}")];
        let columns = columns.map(|(name, template)| (name.to_owned(), template.to_owned())).into();
        let settings = SqliteRecords { table: "cdr".into(), columns, patience: Duration::from_secs(1) };
        let path = folder.path().join("master.db");
        let evil =
            CallRecord { variables: vec![("note".into(), "'); DROP TABLE cdr; --".into())], ..record() };
        let mut table = SqliteTable::new(path.clone(), settings);
        table.write(&[Arc::new(record()), Arc::new(evil)]).unwrap();
        table.write(&[Arc::new(record())]).unwrap();
        let read = Connection::open(&path).unwrap();
        let rows: Vec<(i64, String, String)> = read
            .prepare("SELECT AcctId, calldate || ' ' || src, \"o\"\"dd\" FROM cdr ORDER BY AcctId")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows[0], (1, "1700000000.000000 100".into(), String::new()));
        assert_eq!((rows[1].2.as_str(), rows.len()), ("'); DROP TABLE cdr; --", 3));
    }

    #[test]
    fn a_table_with_other_columns_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.db");
        Connection::open(&path).unwrap().execute("CREATE TABLE cdr (other)", []).unwrap();
        let columns = vec![("src".to_owned(), "${CDR(src)}".to_owned())];
        let settings = SqliteRecords { table: "cdr".into(), columns, patience: Duration::from_secs(1) };
        let problem = SqliteTable::new(path, settings).write(&[Arc::new(record())]).unwrap_err();
        assert!(problem.contains("columns of cdr_sqlite3_custom.conf"), "{problem}");
    }
}
