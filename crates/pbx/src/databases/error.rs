//! Why a data base has no answer.

use std::time::Duration;

/// Why a data base has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// No section of that name.
    #[error("res_odbc.conf has no data base [{0}] that is enabled")]
    Unknown(String),
    /// The section is of no use.
    #[error("{0}")]
    Refused(String),
    /// There is no way to it.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It was not reached before, and is left alone for a while.
    #[error("it was not reached before, and is tried again in {} s (negative_connection_cache)", .0.as_secs() + 1)]
    LeftAlone(Duration),
    /// It took too long.
    #[error("it has not answered within {} s (query_timeout): whether it did what it was told is not known", .0.as_secs())]
    TooLate(Duration),
    /// Others wait already.
    #[error("too many questions wait for it already")]
    Busy,
    /// The connection of a transaction was lost, or given up in the middle.
    #[error("the transaction is lost, and what was done in it is undone: begin again after ODBC_Rollback")]
    TransactionLost,
    /// It refuses the statement.
    #[error("it says: {0}")]
    Statement(String),
    /// The answer has no bound.
    #[error("its answer has more than {0} octets: ask for less")]
    TooLong(usize),
}
