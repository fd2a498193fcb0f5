//! `Set(ODBC_NAME(arguments)=values)`: `writesql`, and `insertsql` where that has changed nothing.

use super::statement::{Given, QueryProblem, made, put};
use super::{ROWS_FOUND, STATUS};
use crate::configuration::QueryFunction;
use crate::databases::Bounds;
use crate::dialplan::DialplanChannel;
use crate::functions::{FunctionError, Written};

pub(super) async fn write(
    channel: &mut DialplanChannel,
    function: &QueryFunction,
    arguments: &str,
    value: &str,
) -> Written {
    let written = write_rows(channel, function, arguments, value).await;
    let (rows, status) = match &written {
        Ok(affected) => (affected.to_string(), "SUCCESS"),
        Err(_) => ("-1".to_owned(), "FAILURE"),
    };
    channel.set(ROWS_FOUND, rows);
    channel.set(STATUS, status);
    written.map(drop).map_err(|problem| FunctionError::Inner(problem.to_string()))
}

/// How many rows were changed.
async fn write_rows(
    channel: &mut DialplanChannel,
    function: &QueryFunction,
    arguments: &str,
    value: &str,
) -> Result<u64, QueryProblem> {
    let nothing = || QueryProblem::Nothing(function.name.clone(), "writesql");
    let text = function.write.as_ref().ok_or_else(nothing)?;
    let given = Given::arguments(&channel.call, function, arguments)?.values(value);
    let update = made(channel, function, text).await?;
    let insert = match &function.insert {
        Some(text) => Some((text, made(channel, function, text).await?)),
        None => None,
    };
    drop(given);
    let (exchange, call) = (channel.exchange.clone(), channel.call.clone());
    let (answer, handle) = put(&exchange, Some(&call), function, text, &update, Bounds::default()).await?;
    let Some((text, insert)) = insert.filter(|_| answer.affected == 0) else { return Ok(answer.affected) };
    // Into the data base that had nothing to change.
    let mut text = text.clone();
    text.handles.names = vec![handle];
    Ok(put(&exchange, Some(&call), function, &text, &insert, Bounds::default()).await?.0.affected)
}
