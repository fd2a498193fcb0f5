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

/// How long records that have run out may take the place of a failure (RFC 8767 section 5 says one to three
/// days): a trunk stays reachable while the name servers are not.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// For how long they do, until the name servers are asked again (RFC 8767 section 4).
const REVIVED: Duration = Duration::from_secs(30);

/// Answers by their time to live, up to a number of them. Records that have run out stay until their place is
/// needed: they are better than a failure.
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
    /// Until when it may take the place of a failure.
    stale_until: Instant,
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

    /// Records that have run out, which serve where nothing better can be had.
    pub fn stale(&self, now: Instant, question: &Question) -> Option<&Answer> {
        let entry = self.entries.get(question).filter(|entry| entry.stale_until > now);
        entry.and_then(|entry| entry.answer.as_ref().ok())
    }

    /// Keeps an answer for as long as it is good. A failure does not take the place of records, which are
    /// then good for a little longer.
    pub fn insert(&mut self, now: Instant, question: Question, answer: Result<Answer, LookupError>) {
        let failed = matches!(answer, Err(LookupError::Failed(_)));
        let kept = self.stale(now, &question).filter(|_| failed).cloned();
        let revived = kept.as_ref().and_then(|_| self.entries.get(&question)).map(|entry| entry.stale_until);
        let lifetime = if kept.is_some() { REVIVED } else { lifetime(&answer) };
        let stale_until = revived.unwrap_or(now + lifetime + STALE);
        let answer = kept.map_or(answer, Ok);
        self.keep(now, question, answer, lifetime, stale_until);
    }

    fn keep(
        &mut self,
        now: Instant,
        question: Question,
        answer: Result<Answer, LookupError>,
        lifetime: Duration,
        stale_until: Instant,
    ) {
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
        self.entries.insert(question, Entry { answer, end, stale_until });
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
    fn records_that_have_run_out_are_better_than_a_failure() {
        let (now, mut cache) = (Instant::now(), Cache::new(8));
        let at = |seconds| now + Duration::from_secs(seconds);
        let failure = || Err(LookupError::Failed("nobody answers".to_owned()));
        cache.insert(now, question("a"), good_for(60));
        cache.insert(at(100), question("a"), failure());
        assert!(cache.get(at(129), &question("a")).is_some_and(Result::is_ok));
        assert!(cache.get(at(130), &question("a")).is_none());
        // However often they are revived, a day after their end they are gone.
        for hour in 1..24 {
            cache.insert(at(60 + hour * 3600), question("a"), failure());
        }
        let end = 60 + 24 * 3600;
        assert!(cache.stale(at(end - 1), &question("a")).is_some());
        assert!(cache.stale(at(end), &question("a")).is_none());
        cache.insert(at(end), question("a"), failure());
        assert!(cache.get(at(end), &question("a")).is_some_and(Result::is_err));
        // That the name is gone is an answer, and counts.
        cache.insert(now, question("b"), good_for(60));
        let absent = Err(LookupError::NoSuchName { ttl: Some(Duration::from_secs(60)) });
        cache.insert(at(100), question("b"), absent);
        assert!(cache.get(at(100), &question("b")).is_some_and(Result::is_err));
        assert!(cache.stale(at(100), &question("b")).is_none());
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
