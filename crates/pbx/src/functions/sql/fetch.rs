//! `ODBC_FETCH(result-id)`: the rows of a function with `mode=multirow`, one after the other. They live with the channel, until
//! the last one is fetched or `ODBCFinish(result-id)` forgets them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use call_control::{BoxFuture, Call};

use super::FIELDS;
use crate::dialplan::DialplanChannel;
use crate::functions::{FunctionError, Value};

/// Results that a channel may have open.
const MOST: usize = 32;

/// The variable that tells whether there was a row.
const STATUS: &str = "ODBC_FETCH_STATUS";

/// The rows that nobody has fetched yet.
pub(super) struct Kept {
    fields: String,
    rows: VecDeque<String>,
}

impl Kept {
    pub(super) fn new(fields: String, rows: VecDeque<String>) -> Self {
        Self { fields, rows }
    }
}

/// The results of a channel by their numbers.
#[derive(Default)]
struct Results(Mutex<BTreeMap<u64, Kept>>);

impl Results {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u64, Kept>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps rows, and answers the number that they are fetched by. `None` where the channel has too many already.
pub(super) fn keep(call: &Call, kept: Kept) -> Option<String> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    call.keep::<Results>().with(|all| {
        if all.len() >= MOST {
            return None;
        }
        all.insert(number, kept);
        Some(number.to_string())
    })
}

pub(super) fn read<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let next = arguments.trim().parse().ok().and_then(|number| next(&channel.call, number));
        channel.set(STATUS, if matches!(next, Some(Some(_))) { "SUCCESS" } else { "FAILURE" });
        match next {
            Some(Some((fields, row))) => {
                channel.set(FIELDS, fields);
                Ok(row)
            }
            // The last one was fetched before.
            Some(None) => Ok(String::new()),
            None => Err(FunctionError::arguments("ODBC_FETCH", arguments, "there is no such result")),
        }
    })
}

/// The columns and the next row of a result; with the last one gone, the result goes. `None` where there is no such result.
fn next(call: &Call, number: u64) -> Option<Option<(String, String)>> {
    call.kept::<Results>()?.with(|all| {
        let kept = all.get_mut(&number)?;
        let row = kept.rows.pop_front();
        let row = row.map(|row| (kept.fields.clone(), row));
        if row.is_none() {
            all.remove(&number);
        }
        Some(row)
    })
}

/// Forgets a result. `false` where there is none of that number.
pub(crate) fn finish(call: &Call, number: &str) -> bool {
    let Ok(number) = number.trim().parse() else { return false };
    call.kept::<Results>().is_some_and(|results| results.with(|all| all.remove(&number).is_some()))
}
