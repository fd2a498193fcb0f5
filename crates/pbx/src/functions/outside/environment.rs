//! `ENV(name)`: a variable of the environment. What is set here is seen here, and by the programs that `SHELL` runs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::functions::{FunctionError, FunctionScope, Value, Written};

/// Most variables that are set.
const MOST: usize = 1_000;

/// Variables that were set, over those that the exchange was started with; `None` was taken away. The process keeps its own:
/// to change that while other threads read it is not safe.
#[derive(Default)]
pub(crate) struct Environment(Mutex<HashMap<String, Option<String>>>);

impl Environment {
    /// All that was set.
    pub(super) fn changes(&self) -> Vec<(String, Option<String>)> {
        self.set().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn set(&self) -> MutexGuard<'_, HashMap<String, Option<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let name = arguments.trim();
    let set = scope.exchange.function_stores().environment.set().get(name).cloned();
    let value =
        set.unwrap_or_else(|| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()));
    Ok(value.unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let name = arguments.trim();
    if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
        return Err(FunctionError::arguments("ENV", arguments, "this is no name of a variable"));
    }
    let mut set = scope.exchange.function_stores().environment.set();
    if set.len() >= MOST && !set.contains_key(name) {
        return Err(FunctionError::failed("ENV", "too many variables are set"));
    }
    set.insert(name.to_owned(), Some(value.to_owned()).filter(|value| !value.is_empty()));
    Ok(())
}
