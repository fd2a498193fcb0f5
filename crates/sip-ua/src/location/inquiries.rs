//! Questions to a resolver: each is asked once, however many wait for its answer, and not again while the
//! answer is good.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::cache::Cache;
use super::question::{Answer, LookupError, Question};
use super::resolver::Resolver;

/// Answers that are remembered; each costs some hundred octets.
const REMEMBERED: usize = 4096;

/// The longest wait for one answer, whatever the resolver does.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long an answer is waited for when records that have just run out could serve (RFC 8767 section 5).
const STALE_AFTER: Duration = Duration::from_millis(1_800);

type Outcome = Result<Answer, LookupError>;

/// The resolver, what it said, and what it is asked just now.
pub(super) struct Inquiries {
    resolver: Mutex<Arc<dyn Resolver>>,
    cache: Mutex<Cache>,
    under_way: Mutex<HashMap<Question, watch::Receiver<Option<Outcome>>>>,
}

impl Inquiries {
    pub(super) fn new(resolver: Arc<dyn Resolver>) -> Self {
        Self {
            resolver: Mutex::new(resolver),
            cache: Mutex::new(Cache::new(REMEMBERED)),
            under_way: Mutex::default(),
        }
    }

    /// Asks another resolver from now on, and forgets what the old one said and has yet to say.
    pub(super) fn set_resolver(&self, resolver: Arc<dyn Resolver>) {
        *lock(&self.resolver) = resolver;
        lock(&self.under_way).clear();
        lock(&self.cache).clear();
    }

    /// The answer, if it is known already. That there is nothing under `invalid.` everybody knows (RFC 6761 section 6.4):
    /// browsers register with a name of it that they make up each time (RFC 7118 section 5).
    pub(super) fn known(&self, question: &Question) -> Option<Outcome> {
        let top = question.name().rsplit('.').next();
        if top.is_some_and(|label| label.eq_ignore_ascii_case("invalid")) {
            return Some(Err(LookupError::NoSuchName { ttl: None }));
        }
        lock(&self.cache).get(Instant::now(), question).cloned()
    }

    /// How many answers are remembered.
    pub(super) fn remembered(&self) -> usize {
        lock(&self.cache).len()
    }

    /// Asks, or waits for the answer to the same question of somebody else.
    pub(super) async fn ask(self: Arc<Self>, question: Question) -> (Question, Outcome) {
        let stale = lock(&self.cache).stale(Instant::now(), &question).cloned();
        let mut answered = self.begin(&question);
        let patience = if stale.is_some() { STALE_AFTER } else { PATIENCE * 2 };
        let outcome = match tokio::time::timeout(patience, answered.wait_for(Option::is_some)).await {
            Ok(Ok(outcome)) => outcome.clone(),
            _ => None,
        };
        // Without an outcome the lookup takes long or fell over; then the next one who asks begins it anew.
        let outcome = outcome.unwrap_or_else(|| Err(LookupError::Failed("the lookup broke off".to_owned())));
        match (outcome, stale) {
            (Err(LookupError::Failed(_)), Some(records)) => (question, Ok(records)),
            (outcome, _) => (question, outcome),
        }
    }

    /// Begins a lookup, unless it is under way. It goes on when whoever asked loses interest: the next one
    /// will ask the same.
    fn begin(self: &Arc<Self>, question: &Question) -> watch::Receiver<Option<Outcome>> {
        let mut under_way = lock(&self.under_way);
        if let Some(answered) = under_way.get(question).filter(|lookup| lookup.has_changed().is_ok()) {
            return answered.clone();
        }
        let (tell, answered) = watch::channel(None);
        under_way.insert(question.clone(), answered.clone());
        let (inquiries, question) = (self.clone(), question.clone());
        tokio::spawn(async move {
            let resolver = lock(&inquiries.resolver).clone();
            let outcome = tokio::time::timeout(PATIENCE, resolver.lookup(question.clone())).await;
            let silence = || Err(LookupError::Failed("no answer in time".to_owned()));
            let outcome = outcome.unwrap_or_else(|_| silence());
            inquiries.finish(&resolver, &question, &outcome);
            let _ = tell.send(Some(outcome)); // everybody may have lost interest
        });
        answered
    }

    /// Remembers an answer, unless its resolver has been replaced meanwhile.
    fn finish(&self, resolver: &Arc<dyn Resolver>, question: &Question, outcome: &Outcome) {
        let current = lock(&self.resolver);
        if Arc::ptr_eq(&current, resolver) {
            lock(&self.cache).insert(Instant::now(), question.clone(), outcome.clone());
            lock(&self.under_way).remove(question);
        }
    }
}

/// A task that fell over while it held the lock has left nothing half done: each use is one call.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
