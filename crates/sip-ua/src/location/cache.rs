//! Answers that are still good, and failures that need not be asked for again.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::question::{Answer, LookupError, Question};

/// The longest that records are believed, whatever they say: a server that has moved must be found within a
/// day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// The longest that the absence of records is believed (RFC 2308 section 5 calls one to three hours
/// sensible; a phone system that has just got its records should not wait that long).
const LONGEST_ABSENCE: Duration = Duration::from_secs(900);
/// How long a failure stands (RFC 2308 section 7 allows five minutes): long enough that a dead name server
/// is not asked for each call, short enough that nobody notices when it is back.
const FAILURE: Duration = Duration::from_secs(5);

/// Answers by their time to live, up to a number of them.
#[derive(Debug)]
pub struct Cache {
    entries: HashMap<Question, Entry>,
    /// By when they end; the number keeps entries apart that end together.
    by_end: BTreeMap<(Instant, u64), Question>,
    capacity: usize,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    answer: Result<Answer, LookupError>,
    end: (Instant, u64),
}

impl Cache {
    /// An empty cache for that many answers; of more, those that end first are dropped.
    pub fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), by_end: BTreeMap::new(), capacity, serial: 0 }
    }

    /// What was answered, if that is still good.
    pub fn get(&self, now: Instant, question: &Question) -> Option<&Result<Answer, LookupError>> {
        self.entries.get(question).filter(|entry| entry.end.0 > now).map(|entry| &entry.answer)
    }

    /// Keeps an answer for as long as it is good.
    pub fn insert(&mut self, now: Instant, question: Question, answer: Result<Answer, LookupError>) {
        let lifetime = lifetime(&answer);
        if lifetime.is_zero() || self.capacity == 0 {
            return;
        }
        if let Some(before) = self.entries.remove(&question) {
            self.by_end.remove(&before.end);
        }
        while self.entries.len() >= self.capacity
            && let Some((_, oldest)) = self.by_end.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.serial += 1;
        let end = (now + lifetime, self.serial);
        self.by_end.insert(end, question.clone());
        self.entries.insert(question, Entry { answer, end });
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.by_end.clear();
    }

    /// How many answers are kept, good or not.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// How long an answer is good for. Absence without a time is not kept (RFC 2308 section 5).
fn lifetime(answer: &Result<Answer, LookupError>) -> Duration {
    match answer {
        Ok(answer) => answer.ttl.min(LONGEST),
        Err(LookupError::NoSuchName { ttl } | LookupError::NoRecords { ttl }) => {
            ttl.unwrap_or_default().min(LONGEST_ABSENCE)
        }
        Err(LookupError::Failed(_)) => FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::question::{Record, RecordKind};
    use super::*;

    fn question(name: &str) -> Question {
        Question::new(RecordKind::A, name)
    }

    fn good_for(seconds: u64) -> Result<Answer, LookupError> {
        Ok(Answer { records: vec![Record::A([192, 0, 2, 1].into())], ttl: Duration::from_secs(seconds) })
    }

    #[test]
    fn an_answer_lasts_as_long_as_it_says() {
        let (now, mut cache) = (Instant::now(), Cache::new(8));
        cache.insert(now, question("Example.COM."), good_for(30));
        let at = |seconds| now + Duration::from_secs(seconds);
        assert!(cache.get(at(29), &question("example.com")).is_some());
        assert!(cache.get(at(30), &question("example.com")).is_none());
        cache.insert(now, question("never.example"), good_for(0));
        assert!(cache.get(now, &question("never.example")).is_none());
        cache.insert(now, question("long.example"), good_for(u64::from(u32::MAX)));
        assert!(cache.get(at(24 * 3600), &question("long.example")).is_none());
    }

    #[test]
    fn absence_lasts_as_long_as_the_zone_says_and_failures_for_seconds() {
        let (now, mut cache) = (Instant::now(), Cache::new(8));
        let at = |seconds| now + Duration::from_secs(seconds);
        let absent = |ttl| Err(LookupError::NoSuchName { ttl });
        cache.insert(now, question("a"), absent(Some(Duration::from_secs(60))));
        cache.insert(now, question("b"), absent(None));
        cache.insert(now, question("c"), Err(LookupError::Failed("no server answers".to_owned())));
        let kept = |seconds, name| cache.get(at(seconds), &question(name)).is_some();
        assert!(kept(59, "a") && !kept(60, "a"));
        assert!(!kept(0, "b"));
        assert!(kept(4, "c") && !kept(5, "c"));
    }

    #[test]
    fn a_full_cache_drops_what_ends_first() {
        let (now, mut cache) = (Instant::now(), Cache::new(2));
        cache.insert(now, question("a"), good_for(20));
        cache.insert(now, question("b"), good_for(10));
        cache.insert(now, question("a"), good_for(30));
        cache.insert(now, question("c"), good_for(20));
        assert_eq!(cache.len(), 2);
        assert!(cache.get(now, &question("b")).is_none());
        assert!(cache.get(now, &question("a")).is_some() && cache.get(now, &question("c")).is_some());
    }
}
