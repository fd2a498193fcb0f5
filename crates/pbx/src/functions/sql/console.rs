//! Functions of `func_odbc.conf` tried from a console, without a call: arguments, global variables, `SQL_ESC` and
//! `SQL_ESC_BACKSLASHES` have values, and nothing else of a dialplan.

use std::sync::Arc;

use asterisk_conf::Span;
use dialplan_vm::{FunctionReply, Host, LocalTime};

use super::find;
use super::reading::bounds;
use super::statement::{MOST, QueryProblem, put};
use crate::configuration::{QueryFunction, QueryText};
use crate::databases::{Answer, Bounds};
use crate::exchange::Exchange;
use crate::functions::strings::{sql_escaped, sql_escaped_backslashes};

/// A statement that a function makes, and what became of it where it was to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryShown {
    /// The statement.
    pub sql: String,
    /// The answer, and the section of `res_odbc.conf` that gave it.
    pub answer: Option<(Answer, String)>,
}

/// Reads a function, or with `execute` unset shows what would be asked.
///
/// # Errors
/// A sentence that says why there is nothing to show.
pub async fn read(
    exchange: &Exchange,
    name: &str,
    arguments: &str,
    execute: bool,
) -> Result<QueryShown, String> {
    let function = known(exchange, name)?;
    let text = function.read.as_ref().ok_or_else(|| nothing(&function, "readsql"))?;
    let bounds = bounds(&function);
    shown(exchange, &function, text, &variables(arguments, None), execute.then_some(bounds)).await
}

/// Sets a function, or with `execute` unset shows what would be told.
///
/// # Errors
/// As [`read`].
pub async fn write(
    exchange: &Exchange,
    name: &str,
    arguments: &str,
    value: &str,
    execute: bool,
) -> Result<QueryShown, String> {
    let function = known(exchange, name)?;
    let text = function.write.as_ref().ok_or_else(|| nothing(&function, "writesql"))?;
    let variables = variables(arguments, Some(value));
    shown(exchange, &function, text, &variables, execute.then_some(Bounds::default())).await
}

fn known(exchange: &Exchange, name: &str) -> Result<Arc<QueryFunction>, String> {
    find(exchange, name).ok_or_else(|| format!("func_odbc.conf has no function {name}"))
}

fn nothing(function: &QueryFunction, key: &'static str) -> String {
    QueryProblem::Nothing(function.name.clone(), key).to_string()
}

async fn shown(
    exchange: &Exchange,
    function: &QueryFunction,
    text: &QueryText,
    variables: &[(String, String)],
    bounds: Option<Bounds>,
) -> Result<QueryShown, String> {
    let mut host = NoCall { exchange, variables, problem: None };
    let sql = dialplan_vm::substitute(&mut host, &text.sql).map_err(|problem| problem.to_string())?;
    if let Some(problem) = host.problem {
        return Err(problem);
    }
    let answer = match bounds {
        Some(bounds) => Some(
            put(exchange, None, function, text, &sql, bounds).await.map_err(|problem| problem.to_string())?,
        ),
        None => None,
    };
    Ok(QueryShown { sql, answer })
}

fn variables(arguments: &str, value: Option<&str>) -> Vec<(String, String)> {
    let numbered = |name: &'static str, text: &str| {
        let parts = dialplan_vm::split_arguments_into(text, MOST).into_iter().enumerate();
        parts.map(move |(n, part)| (format!("{name}{}", n + 1), part)).collect::<Vec<_>>()
    };
    let mut all = numbered("ARG", arguments);
    if let Some(value) = value {
        all.extend(numbered("VAL", value));
        all.push(("VALUE".to_owned(), value.to_owned()));
    }
    all
}

/// What texts see where there is no call.
struct NoCall<'a> {
    exchange: &'a Exchange,
    variables: &'a [(String, String)],
    problem: Option<String>,
}

impl Host for NoCall<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn set_variable(&mut self, _: &str, _: &str) {}

    fn global(&self, name: &str) -> Option<String> {
        self.exchange.globals().get(name)
    }

    fn set_global(&mut self, _: &str, _: &str) {}

    fn read_function(&mut self, name: &str, arguments: &str) -> FunctionReply {
        match name {
            "SQL_ESC" => FunctionReply::Value(sql_escaped(arguments)),
            "SQL_ESC_BACKSLASHES" => FunctionReply::Value(sql_escaped_backslashes(arguments)),
            _ => {
                self.problem = Some(format!("the statement reads {name}, which has a value in calls alone"));
                FunctionReply::Unknown
            }
        }
    }

    fn write_function(&mut self, _: &str, _: &str, _: &str) -> FunctionReply {
        FunctionReply::Unknown
    }

    fn caller_number(&self) -> Option<String> {
        None
    }

    fn local_time(&self, zone: Option<&str>) -> Option<LocalTime> {
        self.exchange.clock().local_time(zone)
    }

    fn warn(&mut self, _: &str, _: Option<Span>) {}
}
