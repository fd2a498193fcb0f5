//! `QUEUE_EXISTS(queue)`, `QUEUE_WAITING_COUNT(queue)`, `QUEUE_GET_CHANNEL(queue[,position])` and `QUEUE_VARIABLES(queue)`.

use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn exists(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("QUEUE_EXISTS", arguments)?;
    Ok(u8::from(scope.exchange.configuration().queues.get(name).is_some()).to_string())
}

/// Nobody waits while there is no `Queue`.
pub(super) fn waiting(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("QUEUE_WAITING_COUNT", arguments)?;
    if scope.exchange.configuration().queues.get(name).is_none() {
        scope.warn(format!("QUEUE_WAITING_COUNT: queues.conf has no queue '{name}'"));
    }
    Ok("0".to_owned())
}

/// Empty, as in Asterisk where nobody waits at that place.
pub(super) fn channel(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("QUEUE_GET_CHANNEL", arguments.split(',').next().unwrap_or_default())?;
    if scope.exchange.configuration().queues.get(name).is_none() {
        scope.warn(format!("QUEUE_GET_CHANNEL: queues.conf has no queue '{name}'"));
    }
    Ok(String::new())
}

pub(super) fn variables(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("QUEUE_VARIABLES", arguments)?;
    let configuration = scope.exchange.configuration();
    let Some(queue) = configuration.queues.get(name) else { return Ok("-1".to_owned()) };
    let facts = [
        ("QUEUENAME", queue.name.clone()),
        ("QUEUEMAX", queue.most_waiting.to_string()),
        ("QUEUESTRATEGY", queue.strategy.name().to_owned()),
        ("QUEUESRVLEVEL", queue.service_level.as_secs().to_string()),
        ("QUEUECALLS", "0".to_owned()),
        ("QUEUEHOLDTIME", "0".to_owned()),
        ("QUEUETALKTIME", "0".to_owned()),
        ("QUEUECOMPLETED", "0".to_owned()),
        ("QUEUEABANDONED", "0".to_owned()),
        ("QUEUESRVLEVELPERF", "0.0".to_owned()),
    ];
    for (variable, value) in facts {
        scope.call.set_variable(variable, &value);
    }
    Ok("0".to_owned())
}

/// The name of a queue, which must be there.
fn named<'a>(function: &'static str, arguments: &'a str) -> Result<&'a str, FunctionError> {
    match arguments.trim() {
        "" => Err(FunctionError::arguments(function, arguments, "name a queue of queues.conf")),
        name => Ok(name),
    }
}
