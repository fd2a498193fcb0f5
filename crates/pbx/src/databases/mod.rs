//! Data bases of others: SQLite by a thread each, MySQL and MariaDB by a pool of connections each.
//!
//! [`Databases`] has them by the names of `res_odbc.conf`. A question takes no longer than its data base's `query_timeout`,
//! beside the time to reach the data base; it has an answer of bounded size, and is one statement: a second one behind a semicolon
//! is refused.

mod answer;
mod error;
#[cfg(feature = "mysql")]
mod mysql;
mod sqlite;
mod transaction;

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

pub use answer::{Answer, Bounds, Row};
pub use error::DatabaseError;
#[cfg(feature = "mysql")]
use mysql::MysqlDatabase;
use sqlite::SqliteDatabase;
pub use transaction::{Isolation, Transaction};

use crate::configuration::{Configuration, DataSource, DatabaseSettings};

/// The data bases by the names of their sections.
#[derive(Default)]
pub struct Databases(ArcSwap<BTreeMap<String, Arc<Database>>>);

/// One of them.
struct Database {
    settings: Arc<DatabaseSettings>,
    kind: Kind,
}

enum Kind {
    Sqlite(SqliteDatabase),
    #[cfg(feature = "mysql")]
    Mysql(Arc<MysqlDatabase>),
    /// Why nobody can ask it.
    Refused(String),
}

/// What `odbc show` says of a data base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseState {
    /// The name of its section.
    pub name: String,
    /// Its `dsn`.
    pub dsn: String,
    /// What that stands for, or why it is of no use.
    pub place: String,
    /// Connections that are open.
    pub connections: usize,
    /// Most connections at a time.
    pub most_connections: usize,
}

impl Databases {
    /// Takes over the configuration. Data bases whose settings are the same keep their connections; the others lose theirs
    /// once the last question has its answer.
    pub(crate) fn follow(&self, configuration: &Configuration) {
        let before = self.0.load();
        let mut next = BTreeMap::new();
        for (name, settings) in &configuration.databases.connections {
            let same = before.get(name).filter(|known| known.settings == *settings);
            let database = match same {
                Some(known) => known.clone(),
                None => Database::open(settings.clone()),
            };
            next.insert(name.clone(), database);
        }
        self.0.store(Arc::new(next));
    }

    /// Asks the data base of that name.
    ///
    /// # Errors
    /// [`DatabaseError`] says why there is no answer.
    pub async fn ask(&self, name: &str, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        let database = self.0.load().get(name).cloned();
        let database = database.ok_or_else(|| DatabaseError::Unknown(name.to_owned()))?;
        database.ask(sql, bounds).await
    }

    /// Statements that count together, of the data base of that name. Nothing is connected before the first of them.
    ///
    /// # Errors
    /// [`DatabaseError::Unknown`].
    pub fn transaction(&self, name: &str) -> Result<Transaction, DatabaseError> {
        let database = self.0.load().get(name).cloned();
        database.map(Transaction::new).ok_or_else(|| DatabaseError::Unknown(name.to_owned()))
    }

    /// All of them, by name.
    pub fn states(&self) -> Vec<DatabaseState> {
        self.0.load().values().map(|database| database.state()).collect()
    }
}

impl Database {
    fn open(settings: Arc<DatabaseSettings>) -> Arc<Self> {
        let kind = match &settings.source {
            Ok(DataSource::Sqlite(path)) => Kind::Sqlite(SqliteDatabase::new(path, settings.query_timeout)),
            #[cfg(feature = "mysql")]
            Ok(DataSource::Mysql(server)) => {
                Kind::Mysql(Arc::new(MysqlDatabase::new(server, settings.clone())))
            }
            #[cfg(not(feature = "mysql"))]
            Ok(DataSource::Mysql(_)) => Kind::Refused(
                "this exchange was built without MySQL: build it with the feature mysql".to_owned(),
            ),
            Err(problem) => Kind::Refused(problem.clone()),
        };
        let database = Arc::new(Self { settings, kind });
        if database.settings.pre_connect {
            let first = database.clone();
            tokio::spawn(async move {
                if let Err(problem) = first.ask("SELECT 1", Bounds::default()).await {
                    tracing::warn!("[{}] of res_odbc.conf: {problem}", first.settings.name);
                }
            });
        }
        database
    }

    async fn ask(&self, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        match &self.kind {
            Kind::Sqlite(file) => file.ask(sql, bounds).await,
            #[cfg(feature = "mysql")]
            Kind::Mysql(server) => server.ask(sql, bounds).await,
            Kind::Refused(problem) => Err(DatabaseError::Refused(problem.clone())),
        }
    }

    fn state(&self) -> DatabaseState {
        let settings = &self.settings;
        let (place, connections, most_connections) = match &self.kind {
            Kind::Sqlite(file) => (None, usize::from(file.is_open()), 1),
            #[cfg(feature = "mysql")]
            Kind::Mysql(server) => (None, server.connections(), settings.most_connections),
            Kind::Refused(problem) => (Some(problem.clone()), 0, 0),
        };
        let place = place.or_else(|| settings.source.as_ref().ok().map(ToString::to_string));
        DatabaseState {
            name: settings.name.clone(),
            dsn: settings.dsn.clone(),
            place: place.unwrap_or_default(),
            connections,
            most_connections,
        }
    }
}

#[cfg(test)]
mod tests;
