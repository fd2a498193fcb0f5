//! `${ODBC_NAME(arguments)}`: the first row, or with `mode=multirow` the number under which `ODBC_FETCH` has all of them.

use super::fetch::{self, Kept};
use super::statement::{Given, QueryProblem, made, put};
use super::{FIELDS, ROWS_FOUND, STATUS};
use crate::configuration::QueryFunction;
use crate::databases::{Answer, Bounds, Row};
use crate::dialplan::DialplanChannel;
use crate::functions::{FunctionError, Value};

/// Most rows that are kept for `ODBC_FETCH`, whatever `rowlimit` says.
const MOST_ROWS: usize = 10_000;

/// Most octets of the rows that are kept.
const MOST_OCTETS: usize = 1 << 20;

pub(super) async fn read(channel: &mut DialplanChannel, function: &QueryFunction, arguments: &str) -> Value {
    match ask(channel, function, arguments).await {
        Ok(answer) => tell(channel, function, answer),
        Err(problem) => {
            channel.set(ROWS_FOUND, "-1");
            channel.set(STATUS, "FAILURE");
            Err(FunctionError::Inner(problem.to_string()))
        }
    }
}

/// How much of an answer a function wants.
pub(super) fn bounds(function: &QueryFunction) -> Bounds {
    match function.rows {
        None => Bounds::default(),
        Some(rows) => Bounds { rows: rows.min(MOST_ROWS), octets: MOST_OCTETS },
    }
}

async fn ask(
    channel: &mut DialplanChannel,
    function: &QueryFunction,
    arguments: &str,
) -> Result<Answer, QueryProblem> {
    let nothing = || QueryProblem::Nothing(function.name.clone(), "readsql");
    let text = function.read.as_ref().ok_or_else(nothing)?;
    let given = Given::arguments(&channel.call, function, arguments)?;
    let sql = made(channel, function, text).await?;
    drop(given);
    let (exchange, call) = (channel.exchange.clone(), channel.call.clone());
    Ok(put(&exchange, Some(&call), function, text, &sql, bounds(function)).await?.0)
}

fn tell(channel: &DialplanChannel, function: &QueryFunction, answer: Answer) -> Value {
    let escape = |text: &String| escaped(text, function.escape_commas);
    let fields = answer.columns.iter().map(|name| escaped(name, true)).collect::<Vec<_>>().join(",");
    channel.set(FIELDS, &fields);
    channel.set(ROWS_FOUND, answer.rows.len().to_string());
    channel.set(STATUS, if answer.rows.is_empty() { "NODATA" } else { "SUCCESS" });
    if answer.rows.is_empty() {
        return Ok(String::new());
    }
    let line = |row: &Row| {
        let values = row.iter().map(|value| value.as_ref().map(escape).unwrap_or_default());
        values.collect::<Vec<_>>().join(",")
    };
    match function.rows {
        None => Ok(answer.rows.first().map(line).unwrap_or_default()),
        Some(_) => {
            let rows = answer.rows.iter().map(line).collect();
            fetch::keep(&channel.call, Kept::new(fields, rows)).ok_or_else(|| {
                let name = &function.name;
                FunctionError::Inner(format!("{name}: too many results are open: end them by ODBCFinish"))
            })
        }
    }
}

/// A value as it stands among others.
fn escaped(text: &str, is_wanted: bool) -> String {
    if !is_wanted {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, ',' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
