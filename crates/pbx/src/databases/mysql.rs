//! A server of MySQL or MariaDB: as many connections as `max_connections` lets, each asked one question at a time.
//!
//! Statements are prepared by the server, so that there is never more than one in a text. Texts are read as SQL has them, with
//! no meaning in backslashes (`NO_BACKSLASH_ESCAPES`): what `SQL_ESC` has doubled cannot end a text.

mod value;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::{Answer, Bounds, DatabaseError, Isolation};
use crate::configuration::{DatabaseSettings, Encryption, MysqlServer};

/// A connection that has rested so long may have been closed by the server, and is tried before it is used.
const RESTED: Duration = Duration::from_secs(2);

/// Questions that may wait for a connection.
const MOST_WAITING: usize = 256;

/// Rows beyond those that are wanted which are read to keep the connection; with more, another connection is cheaper.
const WORTH_READING: usize = 1_000;

/// A server of MySQL or MariaDB.
pub(super) struct MysqlDatabase {
    opts: Opts,
    settings: Arc<DatabaseSettings>,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// Connections that nobody uses, with the moment of their last answer.
    resting: Mutex<Vec<(Conn, Instant)>>,
    in_use: AtomicUsize,
    /// When it may be tried again, after it was not reached.
    left_alone_until: Mutex<Option<Instant>>,
}

/// Counts as long as it lives.
struct Counted<'c>(&'c AtomicUsize);

impl<'c> Counted<'c> {
    fn new(counter: &'c AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl MysqlDatabase {
    pub(super) fn new(server: &MysqlServer, settings: Arc<DatabaseSettings>) -> Self {
        Self {
            opts: options(server, &settings),
            places: Arc::new(Semaphore::new(settings.most_connections)),
            settings,
            waiting: AtomicUsize::new(0),
            resting: Mutex::default(),
            in_use: AtomicUsize::new(0),
            left_alone_until: Mutex::default(),
        }
    }

    /// Connections that are open.
    pub(super) fn connections(&self) -> usize {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).len();
        resting + self.in_use.load(Ordering::Relaxed)
    }

    /// Asks. Dropped before its end, it takes the connection with it.
    pub(super) async fn ask(&self, sql: &str, bounds: Bounds) -> Result<Answer, DatabaseError> {
        let limit = self.settings.query_timeout;
        let _place = self.place().await?;
        let mut connection = self.connection().await?;
        let _used = Counted::new(&self.in_use);
        let asked = timeout(limit, question(&mut connection, sql, bounds)).await;
        // A connection that is not laid to rest is closed.
        match asked.map_err(|_| DatabaseError::TooLate(limit))? {
            Ok((answer, is_clean)) => {
                if is_clean {
                    self.rest(connection);
                }
                answer
            }
            Err(mysql_async::Error::Server(error)) => {
                self.rest(connection);
                Err(DatabaseError::Statement(format!("{} (SQLSTATE {})", error.message, error.state)))
            }
            Err(error) => Err(unreachable(&error)),
        }
    }

    /// Leave to use one of the connections.
    async fn place(&self) -> Result<OwnedSemaphorePermit, DatabaseError> {
        if self.waiting.load(Ordering::Relaxed) >= MOST_WAITING {
            return Err(DatabaseError::Busy);
        }
        let _waits = Counted::new(&self.waiting);
        let place = timeout(self.settings.query_timeout, self.places.clone().acquire_owned()).await;
        let place = place.map_err(|_| DatabaseError::Busy)?;
        place.map_err(|_| DatabaseError::Unreachable("it is closed".to_owned()))
    }

    /// A connection for statements that count together; nobody else has it meanwhile.
    pub(super) async fn transaction(self: &Arc<Self>) -> Result<MysqlTransaction, DatabaseError> {
        let place = self.place().await?;
        let connection = self.connection().await?;
        self.in_use.fetch_add(1, Ordering::Relaxed);
        Ok(MysqlTransaction {
            server: self.clone(),
            connection: Some(connection),
            is_open: false,
            _place: place,
        })
    }

    fn rest(&self, connection: Conn) {
        let mut resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        resting.push((connection, Instant::now()));
    }

    /// A connection that works: one that rests, or another.
    async fn connection(&self) -> Result<Conn, DatabaseError> {
        loop {
            let last = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((mut connection, since)) = last else { break };
            let works = match &self.settings.sanity_sql {
                Some(sql) => timeout(self.settings.connect_timeout, connection.query_drop(sql)).await,
                None if since.elapsed() < RESTED => Ok(Ok(())),
                None => timeout(self.settings.connect_timeout, connection.ping()).await,
            };
            if matches!(works, Ok(Ok(()))) {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<Conn, DatabaseError> {
        let left_alone = || self.left_alone_until.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *left_alone();
        if let Some(left) = until.and_then(|until| until.checked_duration_since(Instant::now()))
            && !left.is_zero()
        {
            return Err(DatabaseError::LeftAlone(left));
        }
        let connected = timeout(self.settings.connect_timeout, Conn::new(self.opts.clone())).await;
        let outcome = match connected {
            Ok(connected) => connected.map_err(|error| unreachable(&error)),
            Err(_) => Err(DatabaseError::Unreachable("it does not answer (connect_timeout)".to_owned())),
        };
        *left_alone() = outcome.is_err().then(|| Instant::now() + self.settings.left_alone);
        outcome
    }
}

fn options(server: &MysqlServer, settings: &DatabaseSettings) -> Opts {
    let mut setup = Vec::new();
    if !settings.backslash_is_escape {
        setup.push("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')");
    }
    let tls = match &server.encryption {
        Encryption::None => None,
        Encryption::Tls(None) => Some(SslOpts::default()),
        Encryption::Tls(Some(authority)) => {
            Some(SslOpts::default().with_root_certs(vec![authority.clone().into()]))
        }
    };
    OptsBuilder::default()
        .ip_or_hostname(server.host.clone())
        .tcp_port(server.port)
        .socket(server.socket.clone())
        // It would look for a socket of its own accord.
        .prefer_socket(Some(server.socket.is_some()))
        .user(Some(server.user.clone()))
        .pass(Some(server.password.0.clone()))
        .db_name(server.database.clone())
        .ssl_opts(tls)
        .setup(setup)
        // Texts differ from question to question.
        .stmt_cache_size(Some(0))
        // An UPDATE that finds its row and changes nothing has found it: `insertsql` must not add another.
        .client_found_rows(true)
        .into()
}

/// Statements that count together.
pub(super) struct MysqlTransaction {
    server: Arc<MysqlDatabase>,
    /// `None` once it is of no use.
    connection: Option<Conn>,
    is_open: bool,
    _place: OwnedSemaphorePermit,
}

impl MysqlTransaction {
    pub(super) fn is_usable(&self) -> bool {
        self.connection.is_some()
    }

    /// Puts a statement; the first one begins. Dropped before its end, it takes the connection with it, and the server rolls
    /// back.
    pub(super) async fn ask(
        &mut self,
        sql: &str,
        bounds: Bounds,
        isolation: Isolation,
    ) -> Result<Answer, DatabaseError> {
        let limit = self.server.settings.query_timeout;
        let mut connection = self.connection.take().ok_or(DatabaseError::TransactionLost)?;
        if !self.is_open {
            let level = format!("SET TRANSACTION ISOLATION LEVEL {}", isolation.sql());
            let begin = async {
                connection.query_drop(level).await?;
                connection.query_drop("START TRANSACTION").await
            };
            let begun = timeout(limit, begin).await.map_err(|_| DatabaseError::TooLate(limit))?;
            begun.map_err(|error| unreachable(&error))?;
            self.is_open = true;
        }
        let asked = timeout(limit, question(&mut connection, sql, bounds)).await;
        match asked.map_err(|_| DatabaseError::TooLate(limit))? {
            Ok((answer, is_clean)) => {
                self.connection = Some(connection).filter(|_| is_clean);
                answer
            }
            Err(mysql_async::Error::Server(error)) => {
                self.connection = Some(connection);
                Err(DatabaseError::Statement(format!("{} (SQLSTATE {})", error.message, error.state)))
            }
            Err(error) => Err(unreachable(&error)),
        }
    }

    pub(super) async fn finish(&mut self, commits: bool) -> Result<(), DatabaseError> {
        if !std::mem::take(&mut self.is_open) {
            return Ok(());
        }
        let limit = self.server.settings.query_timeout;
        let mut connection = self.connection.take().ok_or(DatabaseError::TransactionLost)?;
        let told = timeout(limit, connection.query_drop(if commits { "COMMIT" } else { "ROLLBACK" })).await;
        told.map_err(|_| DatabaseError::TooLate(limit))?.map_err(|error| unreachable(&error))?;
        self.connection = Some(connection);
        Ok(())
    }
}

impl Drop for MysqlTransaction {
    fn drop(&mut self) {
        self.server.in_use.fetch_sub(1, Ordering::Relaxed);
        // One that is open is closed instead.
        if let Some(connection) = self.connection.take().filter(|_| !self.is_open) {
            self.server.rest(connection);
        }
    }
}

/// The answer, and whether the connection has nothing more to say.
async fn question(
    connection: &mut Conn,
    sql: &str,
    bounds: Bounds,
) -> mysql_async::Result<(Result<Answer, DatabaseError>, bool)> {
    let mut result = connection.exec_iter(sql, ()).await?;
    let columns = result.columns();
    let columns = columns.as_deref().unwrap_or_default();
    let mut answer = Answer {
        columns: columns.iter().map(|column| column.name_str().into_owned()).collect(),
        affected: result.affected_rows(),
        rows: Vec::new(),
    };
    let (mut left, mut beyond) = (bounds.octets, 0);
    while let Some(row) = result.next().await? {
        if answer.rows.len() >= bounds.rows {
            beyond += 1;
            if beyond > WORTH_READING {
                return Ok((Ok(answer), false));
            }
            continue;
        }
        let values = row.unwrap().into_iter().zip(columns);
        let values = values.map(|(value, column)| value::text(value, column.column_type())).collect();
        if let Err(problem) = answer.push(values, &mut left, bounds) {
            return Ok((Err(problem), false));
        }
    }
    result.drop_result().await?;
    Ok((Ok(answer), true))
}

fn unreachable(error: &mysql_async::Error) -> DatabaseError {
    DatabaseError::Unreachable(error.to_string())
}
