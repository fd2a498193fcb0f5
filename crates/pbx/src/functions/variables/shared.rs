//! `SHARED(varname[,channel])`: variables that live with a channel and that other channels may see and set.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use call_control::Call;

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "SHARED";

/// Most of one channel.
const MOST: usize = 10_000;

#[derive(Default)]
struct Shared(Mutex<HashMap<String, String>>);

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (name, call) = named(scope, arguments)?;
    let Some(shared) = call.kept::<Shared>() else { return Ok(String::new()) };
    let shared = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(shared.get(&name).cloned().unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let (name, call) = named(scope, arguments)?;
    let shared = call.keep::<Shared>();
    let mut shared = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    if value.is_empty() {
        shared.remove(&name);
    } else if shared.len() >= MOST && !shared.contains_key(&name) {
        return Err(FunctionError::failed(NAME, format!("a channel shares no more than {MOST} variables")));
    } else {
        shared.insert(name, value.to_owned());
    }
    Ok(())
}

/// The variable, and the channel that it is of.
fn named(scope: &FunctionScope<'_>, arguments: &str) -> Result<(String, Call), FunctionError> {
    let given = Arguments::of(arguments, 2);
    let bad = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let call = match (given.at(0), given.at(1)) {
        ("", _) => return Err(bad("name the variable")),
        (_, "") => scope.call.clone(),
        (_, channel) => scope.channel(channel).ok_or_else(|| bad("there is no such channel"))?,
    };
    Ok((given.at(0).to_owned(), call))
}
