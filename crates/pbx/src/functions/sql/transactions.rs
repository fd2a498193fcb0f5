//! `ODBC(transaction[,data base])`, `ODBC(forcecommit[,name])`, `ODBC(isolation[,name])`, `ODBC_Commit` and `ODBC_Rollback`: statements of
//! a channel that count together.
//!
//! A transaction has a name and belongs to one data base. While a channel has one, what its functions ask of that data base is asked within
//! it: within the active one, where there are several. With the channel it ends.

use std::sync::{Arc, Mutex, PoisonError};

use call_control::Call;

use crate::databases::{Answer, Bounds, DatabaseError, Isolation, Transaction};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "ODBC";

/// Transactions of one channel.
const MOST: usize = 8;

/// The transactions of a channel.
#[derive(Default)]
pub(super) struct Transactions(Mutex<Vec<Arc<Named>>>);

/// One of them. The active one stands first.
struct Named {
    name: String,
    database: String,
    properties: Mutex<Properties>,
    work: tokio::sync::Mutex<Transaction>,
}

/// What is wanted of it from its next statement on.
#[derive(Clone, Copy)]
struct Properties {
    isolation: Isolation,
    commits_at_end: bool,
}

impl Named {
    fn properties(&self) -> Properties {
        *self.properties.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Properties)) {
        change(&mut self.properties.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The transaction, as it is wanted now.
    async fn work(&self) -> tokio::sync::MutexGuard<'_, Transaction> {
        let mut work = self.work.lock().await;
        let Properties { isolation, commits_at_end } = self.properties();
        work.set_isolation(isolation);
        work.commit_at_end(commits_at_end);
        work
    }
}

impl Drop for Named {
    /// What was wanted last counts at its end.
    fn drop(&mut self) {
        let commits = self.properties().commits_at_end;
        self.work.get_mut().commit_at_end(commits);
    }
}

impl Transactions {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Arc<Named>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The transaction of that name, or the active one.
    fn find(&self, name: &str) -> Option<Arc<Named>> {
        self.with(|all| match name {
            "" => all.first().cloned(),
            name => all.iter().find(|one| one.name == name).cloned(),
        })
    }

    /// Makes the transaction of that name the active one. `false` where there is none.
    fn activate(&self, name: &str) -> bool {
        self.with(|all| {
            let place = all.iter().position(|one| one.name == name);
            if let Some(place) = place {
                all[..=place].rotate_right(1);
            }
            place.is_some()
        })
    }

    /// That of a data base.
    fn of_database(&self, database: &str) -> Option<Arc<Named>> {
        self.with(|all| all.iter().find(|one| one.database == database).cloned())
    }
}

/// Puts a statement within the channel's transaction of that data base; `None` where it has none.
pub(super) async fn ask(
    call: &Call,
    database: &str,
    sql: &str,
    bounds: Bounds,
) -> Option<Result<Answer, DatabaseError>> {
    let transaction = call.kept::<Transactions>()?.of_database(database)?;
    Some(transaction.work().await.ask(sql, bounds).await)
}

/// The channel has ended, and so do its transactions.
pub(crate) fn end_transactions(call: &Call) {
    if let Some(transactions) = call.kept::<Transactions>() {
        transactions.with(Vec::clear);
    }
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    let transactions = scope.call.keep::<Transactions>();
    let property = given.at(0).to_ascii_lowercase();
    if property == "transaction" {
        return Ok(transactions.find("").map(|active| active.name.clone()).unwrap_or_default());
    }
    let properties = named(&transactions, arguments, &given)?.properties();
    match property.as_str() {
        "forcecommit" => Ok(u8::from(properties.commits_at_end).to_string()),
        "isolation" => Ok(properties.isolation.word().to_owned()),
        _ => Err(unknown(arguments)),
    }
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let given = Arguments::of(arguments, 2);
    let transactions = scope.call.keep::<Transactions>();
    let (property, value) = (given.at(0).to_ascii_lowercase(), value.trim());
    if property == "transaction" {
        return begin(scope, &transactions, arguments, &given, value);
    }
    let bad = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let transaction = named(&transactions, arguments, &given)?;
    match property.as_str() {
        "forcecommit" => {
            let commits = asterisk_conf::boolean(value).ok_or_else(|| bad("it is set to yes or no"))?;
            transaction.change(|properties| properties.commits_at_end = commits);
        }
        "isolation" => {
            let isolation = Isolation::parse(value).ok_or_else(|| {
                bad("known are read_committed, read_uncommitted, repeatable_read and serializable")
            })?;
            transaction.change(|properties| properties.isolation = isolation);
        }
        _ => return Err(unknown(arguments)),
    }
    Ok(())
}

/// `Set(ODBC(transaction[,data base])=name)`: goes on with it, or begins it.
fn begin(
    scope: &FunctionScope<'_>,
    transactions: &Transactions,
    arguments: &str,
    given: &Arguments,
    name: &str,
) -> Written {
    let bad = |problem: String| FunctionError::arguments(NAME, arguments, problem);
    if name.is_empty() {
        return Err(bad("give the transaction a name".to_owned()));
    }
    if transactions.activate(name) {
        return Ok(());
    }
    let database = given.at(1);
    if database.is_empty() {
        let problem =
            format!("there is no transaction {name}: name a data base, as in ODBC(transaction,calls)");
        return Err(bad(problem));
    }
    let work =
        scope.exchange.databases().transaction(database).map_err(|problem| bad(problem.to_string()))?;
    let properties = Properties { isolation: work.isolation(), commits_at_end: work.commits_at_end() };
    let begun = Named {
        name: name.to_owned(),
        database: database.to_owned(),
        properties: Mutex::new(properties),
        work: tokio::sync::Mutex::new(work),
    };
    transactions.with(|all| match all.len() < MOST {
        true => {
            all.insert(0, Arc::new(begun));
            Ok(())
        }
        false => Err(bad(format!("a channel has no more than {MOST} transactions"))),
    })
}

fn named(
    transactions: &Transactions,
    arguments: &str,
    given: &Arguments,
) -> Result<Arc<Named>, FunctionError> {
    let found = transactions.find(given.at(1));
    found.ok_or_else(|| FunctionError::arguments(NAME, arguments, "the channel has no such transaction"))
}

fn unknown(arguments: &str) -> FunctionError {
    FunctionError::arguments(NAME, arguments, "known are transaction, forcecommit and isolation")
}

/// What becomes of a transaction at the word of the dialplan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// `ODBC_Commit`.
    Commit,
    /// `ODBC_Rollback`.
    Rollback,
}

/// Ends the transaction of that name, or the active one. Its next statement begins again.
pub(crate) async fn end(channel: &DialplanChannel, name: &str, ending: Ending) -> Result<(), String> {
    let transaction = channel.call.kept::<Transactions>().and_then(|all| all.find(name.trim()));
    let Some(transaction) = transaction else {
        return Err(match name.trim() {
            "" => "the channel has no transaction".to_owned(),
            name => format!("the channel has no transaction {name}"),
        });
    };
    let mut work = transaction.work().await;
    let ended = match ending {
        Ending::Commit => work.commit().await,
        Ending::Rollback => work.rollback().await,
    };
    ended.map_err(|problem| format!("[{}]: {problem}", transaction.database))
}
