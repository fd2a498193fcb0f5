//! A statement with the arguments of its function in it, and the data bases that it is put to.

use std::sync::atomic::{AtomicUsize, Ordering};

use call_control::Call;

use super::transactions;
use crate::configuration::{QueryFunction, QueryText};
use crate::databases::{Answer, Bounds, DatabaseError};
use crate::dialplan::{DialplanChannel, substitute_waiting};
use crate::exchange::Exchange;

/// Most arguments, and most values.
pub(super) const MOST: usize = 100;

/// Statements in statements: one that reads its own function would never end.
const DEEPEST: usize = 8;

/// Longest statement, in octets.
const LONGEST: usize = 256 << 10;

/// Why a function has no statement, or no answer to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum QueryProblem {
    /// There is nothing to ask.
    #[error("{0} has no {1} in func_odbc.conf")]
    Nothing(String, &'static str),
    /// Fewer arguments than `minargs`.
    #[error("{0} wants {1} arguments or more")]
    TooFew(String, usize),
    /// It reads itself, or its statement has no bound.
    #[error("the statement of {0} holds itself, or is longer than {LONGEST} octets")]
    Endless(String),
    /// A rehearsal touches nothing outside of it.
    #[error("a rehearsal asks no data base")]
    Rehearsal,
    /// No data base answered.
    #[error("{name} asks [{handle}]: {error}")]
    NoAnswer {
        /// The function.
        name: String,
        /// The section of `res_odbc.conf` that was asked last.
        handle: String,
        /// Why.
        error: DatabaseError,
    },
    /// None is named.
    #[error("no dsn of {0} says which data base is asked")]
    NoHandle(String),
}

/// Variables that a statement is made with, and what they hide meanwhile.
pub(super) struct Given {
    call: Call,
    hidden: Vec<(String, Option<String>)>,
}

impl Given {
    /// `ARG1`, `ARG2` and so on: the arguments. Those of a routine around are hidden, also where there are fewer here.
    pub(super) fn arguments(
        call: &Call,
        function: &QueryFunction,
        arguments: &str,
    ) -> Result<Self, QueryProblem> {
        let arguments = dialplan_vm::split_arguments_into(arguments, MOST);
        if arguments.len() < function.fewest_arguments {
            return Err(QueryProblem::TooFew(function.name.clone(), function.fewest_arguments));
        }
        let mut given = Self { call: call.clone(), hidden: Vec::new() };
        let outer = call.variable("ARGC").and_then(|count| count.parse().ok()).unwrap_or(0_usize).min(MOST);
        for n in 0..outer.max(arguments.len()) {
            given.hide(&format!("ARG{}", n + 1), arguments.get(n).map_or("", String::as_str));
        }
        Ok(given)
    }

    /// `VALUE`, and its parts between commas as `VAL1`, `VAL2` and so on.
    pub(super) fn values(mut self, value: &str) -> Self {
        self.hide("VALUE", value);
        for (n, part) in dialplan_vm::split_arguments_into(value, MOST).iter().enumerate() {
            self.hide(&format!("VAL{}", n + 1), part);
        }
        self
    }

    fn hide(&mut self, name: &str, value: &str) {
        self.hidden.push((name.to_owned(), self.call.variable(name)));
        self.call.set_variable(name, value);
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        for (name, value) in self.hidden.iter().rev() {
            self.call.restore_variable(name, value.as_deref());
        }
    }
}

/// How deep a channel is in statements in statements.
#[derive(Default)]
struct Depth(AtomicUsize);

/// The statement with the values of `channel` in it.
pub(super) async fn made(
    channel: &mut DialplanChannel,
    function: &QueryFunction,
    text: &QueryText,
) -> Result<String, QueryProblem> {
    let depth = channel.call.keep::<Depth>();
    let is_too_deep = depth.0.fetch_add(1, Ordering::Relaxed) >= DEEPEST;
    let sql = if is_too_deep { String::new() } else { substitute_waiting(channel, &text.sql).await };
    depth.0.fetch_sub(1, Ordering::Relaxed);
    match is_too_deep || sql.len() > LONGEST {
        true => Err(QueryProblem::Endless(function.name.clone())),
        false => Ok(sql),
    }
}

/// Asks the data bases one after the other until one answers; it is named beside its answer. Where the channel has a transaction of one
/// of them, that answers, or nobody.
pub(super) async fn put(
    exchange: &Exchange,
    call: Option<&Call>,
    function: &QueryFunction,
    text: &QueryText,
    sql: &str,
    bounds: Bounds,
) -> Result<(Answer, String), QueryProblem> {
    if exchange.is_rehearsal() {
        return Err(QueryProblem::Rehearsal);
    }
    let mut problem = QueryProblem::NoHandle(function.name.clone());
    for handle in &text.handles.names {
        let within = match call {
            Some(call) => transactions::ask(call, handle, sql, bounds).await,
            None => None,
        };
        let is_within = within.is_some();
        let answer = match within {
            Some(answer) => answer,
            None => exchange.databases().ask(handle, sql, bounds).await,
        };
        match answer {
            Ok(answer) => return Ok((answer, handle.clone())),
            Err(error) => {
                let (name, handle) = (function.name.clone(), handle.clone());
                problem = QueryProblem::NoAnswer { name, handle, error };
            }
        }
        if is_within {
            break;
        }
    }
    Err(problem)
}
