//! What a channel has looked up, until it goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Answers that a channel keeps; the oldest go.
const MOST: usize = 32;

/// Answers by their numbers.
pub(super) struct Results<T>(Mutex<(u64, BTreeMap<u64, (String, Vec<T>)>)>);

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self(Mutex::new((0, BTreeMap::new())))
    }
}

impl<T: Clone> Results<T> {
    /// Keeps an answer; the number that it is asked for by.
    pub(super) fn keep(&self, name: &str, found: Vec<T>) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, all) = &mut *kept;
        *last += 1;
        all.insert(*last, (name.to_owned(), found));
        while all.len() > MOST {
            all.pop_first();
        }
        *last
    }

    /// The answer of that number, or the last one to that name.
    pub(super) fn of(&self, id: &str) -> Option<Vec<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let by_number = id.parse().ok().and_then(|number: u64| kept.1.get(&number));
        let found = by_number.or_else(|| kept.1.values().rev().find(|(name, _)| name == id));
        found.map(|(_, found)| found.clone())
    }
}
