//! Functions that are statements of SQL: those of `func_odbc.conf`, which come and go with the configuration, `ODBC_FETCH`, and `ODBC`
//! for transactions.
//!
//! `ODBCROWS` and `ODBCSTATUS` tell how it went, `~ODBCFIELDS~` names the columns for `HASH` and `ARRAY`.

mod console;
mod fetch;
mod reading;
mod statement;
mod transactions;
mod writing;

use std::sync::Arc;

use call_control::BoxFuture;

pub(crate) use fetch::finish;
pub(crate) use transactions::{Ending, end as end_transaction, end_transactions};

use super::{Function, Value, Written, reads_later};
use crate::configuration::QueryFunction;
use crate::dialplan::DialplanChannel;
use crate::exchange::Exchange;
pub use console::{QueryShown, read as read_on_console, write as write_on_console};

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "ODBC",
        "ODBC(transaction|forcecommit|isolation[,argument])",
        "The transaction that the channel's statements are in.",
        transactions::read,
    )
    .set(transactions::write),
    Function::new(
        "ODBC_FETCH",
        "ODBC_FETCH(result-id)",
        "The next row of a function whose mode is multirow.",
        reads_later,
    )
    .later(fetch::read),
];

/// The variable that tells how many rows there were, or were changed; -1 where it failed.
const ROWS_FOUND: &str = "ODBCROWS";

/// The variable that tells how it went.
const STATUS: &str = "ODBCSTATUS";

/// The variable that names the columns.
const FIELDS: &str = "~ODBCFIELDS~";

/// The function of that name in the configuration in force.
pub(crate) fn find(exchange: &Exchange, name: &str) -> Option<Arc<QueryFunction>> {
    exchange.configuration().databases.functions.get(name).cloned()
}

/// Reads a function of `func_odbc.conf`.
pub(super) fn read<'a>(
    channel: &'a mut DialplanChannel,
    function: Arc<QueryFunction>,
    arguments: &'a str,
) -> BoxFuture<'a, Value> {
    Box::pin(async move { reading::read(channel, &function, arguments).await })
}

/// Sets a function of `func_odbc.conf`.
pub(super) fn write<'a>(
    channel: &'a mut DialplanChannel,
    function: Arc<QueryFunction>,
    arguments: &'a str,
    value: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move { writing::write(channel, &function, arguments, value).await })
}

#[cfg(test)]
mod tests;
