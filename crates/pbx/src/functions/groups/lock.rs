//! `LOCK(name)`, `TRYLOCK(name)`, `UNLOCK(name)`: one channel at a time. A channel that goes lets go of all that it holds.

use std::time::Duration;

use call_control::BoxFuture;

use crate::dialplan::DialplanChannel;
use crate::functions::conditions::flag;
use crate::functions::{FunctionError, FunctionScope, Value};

/// `LOCK` waits this long: channels that wait for each other go on.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) fn wait<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let name = named("LOCK", arguments)?;
        let locks = channel.exchange.function_stores().locks.clone();
        let taken = tokio::time::timeout(PATIENCE, locks.wait(&channel.call, name)).await.is_ok();
        if !taken {
            channel.warning(format!("LOCK({name}): another channel has held it for three seconds"));
        }
        Ok(flag(taken))
    })
}

pub(super) fn attempt(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("TRYLOCK", arguments)?;
    Ok(flag(scope.exchange.function_stores().locks.take(scope.call, name)))
}

pub(super) fn release(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = named("UNLOCK", arguments)?;
    Ok(flag(scope.exchange.function_stores().locks.release(scope.call, name)))
}

fn named<'a>(function: &'static str, arguments: &'a str) -> Result<&'a str, FunctionError> {
    let name = Some(arguments.trim()).filter(|name| !name.is_empty());
    name.ok_or_else(|| FunctionError::arguments(function, arguments, "name the lock"))
}
