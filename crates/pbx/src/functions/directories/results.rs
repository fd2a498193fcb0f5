//! What a channel has looked up, until it goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
