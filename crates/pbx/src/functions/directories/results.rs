//! What a channel has looked up, until it goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope};

/// Answers that a channel keeps; the oldest go.
const MOST: usize = 32;

/// Answers by their numbers.
pub(super) struct Results<T>(Mutex<Kept<T>>);

struct Kept<T> {
    /// The number of the last one.
    last: u64,
    answers: BTreeMap<u64, Answer<T>>,
}

/// What was asked for, and what was found.
struct Answer<T> {
    name: String,
    found: Vec<T>,
}

/// What `ENUMRESULT` and `SRVRESULT` ask for.
pub(super) enum Asked<T> {
    /// How many there are.
    Number(usize),
    /// One of them; `None` behind the last.
    One(Option<T>),
}

/// What `RESULT(id,n)` asks for of what `query` has found; `n` counts from 1, or is `getnum`.
pub(super) fn asked<T: Clone + Send + Sync + 'static>(
    scope: &FunctionScope<'_>,
    (result, query): (&'static str, &'static str),
    arguments: &str,
    given: &Arguments,
) -> Result<Asked<T>, FunctionError> {
    let wrong = |problem: String| FunctionError::arguments(result, arguments, problem);
    let found = scope.call.keep::<Results<T>>().of(given.at(0));
    let mut found = found.ok_or_else(|| wrong(format!("{query} has not asked for it")))?;
    if given.at(1).eq_ignore_ascii_case("getnum") {
        return Ok(Asked::Number(found.len()));
    }
    let place = given.at(1).parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let place = place.ok_or_else(|| wrong("results count from 1; getnum is their number".to_owned()))?;
    Ok(Asked::One((place < found.len()).then(|| found.swap_remove(place))))
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept { last: 0, answers: BTreeMap::new() }))
    }
}

impl<T: Clone> Results<T> {
    /// Keeps an answer; the number that it is asked for by.
    pub(super) fn keep(&self, name: &str, found: Vec<T>) -> u64 {
        let mut kept = self.kept();
        kept.last += 1;
        let number = kept.last;
        kept.answers.insert(number, Answer { name: name.to_owned(), found });
        while kept.answers.len() > MOST {
            kept.answers.pop_first();
        }
        number
    }

    /// The answer of that number, or the last one to that name.
    pub(super) fn of(&self, id: &str) -> Option<Vec<T>> {
        let kept = self.kept();
        let by_number = id.parse().ok().and_then(|number: u64| kept.answers.get(&number));
        let answer = by_number.or_else(|| kept.answers.values().rev().find(|answer| answer.name == id));
        answer.map(|answer| answer.found.clone())
    }

    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
