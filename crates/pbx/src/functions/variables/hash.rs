//! `HASH(hash,key)`, `HASHKEYS(hash)`: values by name within a name, which live with the channel. `HASH(hash)` alone is all
//! values, and sets those of the columns that a data base has just told.

use std::sync::{Mutex, PoisonError};

use call_control::Call;

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

/// Most values of one channel: what a dialplan keeps may be named by its callers.
const MOST: usize = 10_000;

/// The variable that names the columns of the last row of a data base.
const FIELDS: &str = "~ODBCFIELDS~";

/// The values of a channel: hash, key, value. What was set last comes first, as dialplans see it in lists.
#[derive(Default)]
struct Hashes(Mutex<Vec<(String, String, String)>>);

impl Hashes {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<(String, String, String)>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn of(&self, hash: &str, part: fn(&(String, String, String)) -> &String) -> Vec<String> {
        self.with(|all| {
            all.iter().rev().filter(|(name, ..)| name == hash).map(|entry| part(entry).clone()).collect()
        })
    }

    /// Answers whether there was room.
    fn set(&self, hash: &str, key: &str, value: &str) -> bool {
        self.with(|all| {
            let is_full = all.len() >= MOST;
            let known = all.iter().position(|(name, known, _)| name == hash && known == key);
            match known {
                Some(at) => {
                    all.remove(at);
                }
                None if is_full => return false,
                None => {}
            }
            all.push((hash.to_owned(), key.to_owned(), value.to_owned()));
            true
        })
    }
}

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (hash, key) = named("HASH", arguments)?;
    let Some(hashes) = scope.call.kept::<Hashes>() else { return Ok(String::new()) };
    if key.is_empty() {
        return Ok(hashes.of(&hash, |(.., value)| value).join(","));
    }
    let value = hashes.with(|all| {
        let found = all.iter().find(|(name, known, _)| *name == hash && *known == key);
        found.map(|(.., value)| value.clone())
    });
    Ok(value.unwrap_or_default())
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let (hash, key) = named("HASH", arguments)?;
    let hashes = scope.call.keep::<Hashes>();
    let full = || FunctionError::failed("HASH", format!("a channel keeps no more than {MOST} values"));
    if !key.is_empty() {
        return if hashes.set(&hash, &key, value) { Ok(()) } else { Err(full()) };
    }
    let columns = scope.text_of(FIELDS)?;
    let keys = match columns.as_str() {
        "" => hashes.of(&hash, |(_, key, _)| key),
        columns => columns.split(',').map(str::to_owned).collect(),
    };
    if keys.is_empty() {
        return Err(FunctionError::arguments("HASH", arguments, "name a key, as in HASH(caller,name)"));
    }
    let values = Arguments::of(value, MOST);
    for (at, key) in keys.iter().enumerate() {
        if !hashes.set(&hash, key, values.raw(at)) {
            return Err(full());
        }
    }
    Ok(())
}

pub(super) fn keys(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (hash, _) = named("HASHKEYS", arguments)?;
    Ok(scope
        .call
        .kept::<Hashes>()
        .map(|hashes| hashes.of(&hash, |(_, key, _)| key).join(","))
        .unwrap_or_default())
}

/// Forgets a hash of a channel.
pub(crate) fn clear(call: &Call, hash: &str) {
    if let Some(hashes) = call.kept::<Hashes>() {
        hashes.with(|all| all.retain(|(name, ..)| name != hash));
    }
}

fn named(function: &'static str, arguments: &str) -> Result<(String, String), FunctionError> {
    let given = Arguments::of(arguments, 2);
    match given.at(0) {
        "" => Err(FunctionError::arguments(function, arguments, "name the hash")),
        hash => Ok((hash.to_owned(), given.at(1).to_owned())),
    }
}
