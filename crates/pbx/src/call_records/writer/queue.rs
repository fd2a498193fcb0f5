//! What waits for the thread, and when it is due.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::super::record::CallRecord;
use super::RecordStore;
use crate::configuration::RecordBatch;

/// So many records of a rush are written before its pause is over.
const MOST_GATHERED: usize = 256;

/// Records and wishes that the thread has not seen yet.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) records: VecDeque<Arc<CallRecord>>,
    /// When the first of them came.
    pub(super) since: Option<Instant>,
    pub(super) batch: Option<RecordBatch>,
    /// The thread sleeps until then, for there is a rush: whoever has a record need not wake it.
    pub(super) gathers_until: Option<Instant>,
    /// Write now, whatever the batch says.
    pub(super) submit: bool,
    /// Who waits until all before it is written or known to be stuck.
    pub(super) flushes: Vec<oneshot::Sender<()>>,
    /// Other places, from now on.
    pub(super) stores: Option<Vec<Box<dyn RecordStore>>>,
    pub(super) ends: bool,
}

/// What the thread found in the queue.
pub(super) struct Errand {
    pub(super) records: Vec<Arc<CallRecord>>,
    pub(super) flushes: Vec<oneshot::Sender<()>>,
    pub(super) stores: Option<Vec<Box<dyn RecordStore>>>,
    pub(super) ends: bool,
}

impl Queue {
    /// Puts a record in; whether the thread must be woken for it.
    pub(super) fn push(&mut self, record: Arc<CallRecord>) -> bool {
        let first = self.since.is_none();
        self.since.get_or_insert_with(Instant::now);
        self.records.push_back(record);
        match (self.batch, self.gathers_until) {
            // A thread that was woken for the first knows when their time is up.
            (Some(batch), _) => first || self.records.len() >= batch.size,
            (None, Some(_)) => self.records.len() >= MOST_GATHERED,
            (None, None) => true,
        }
    }

    /// There is a rush: what comes until then is written together, unless the configuration has batches of its own.
    pub(super) fn gather_until(&mut self, until: Instant) {
        self.gathers_until = self.batch.is_none().then_some(until);
    }

    /// How long there is nothing to do, with chores of the thread's own at a time; `None` until somebody rings.
    pub(super) fn rest(&self, chores_at: Option<Instant>) -> Option<Duration> {
        if self.ends
            || !self.flushes.is_empty()
            || self.stores.is_some()
            || (self.submit && !self.records.is_empty())
        {
            return Some(Duration::ZERO);
        }
        let due = self.since.map(|since| match self.batch {
            Some(batch) if self.records.len() < batch.size => since + batch.time,
            _ => since,
        });
        let gathered = self.gathers_until.filter(|_| self.records.len() < MOST_GATHERED);
        let due = due.max(gathered);
        let next = [due, chores_at].into_iter().flatten().min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    pub(super) fn take(&mut self) -> Errand {
        let due = self.since.is_some_and(|since| match self.batch {
            Some(batch) => self.records.len() >= batch.size || since.elapsed() >= batch.time,
            None => true,
        });
        let all = due || self.submit || self.ends || !self.flushes.is_empty();
        let records = if all { self.records.drain(..).collect() } else { Vec::new() };
        self.gathers_until = None;
        if all {
            self.since = None;
            self.submit = false;
        }
        Errand {
            records,
            flushes: std::mem::take(&mut self.flushes),
            stores: self.stores.take(),
            ends: self.ends,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::record;
    use super::*;

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn in_a_rush_records_wait_for_each_other_and_for_nothing_else() {
        let mut queue = Queue::default();
        assert_eq!(queue.rest(None), None);
        assert!(queue.push(Arc::new(record())), "nobody else will wake the thread");
        assert_eq!(queue.rest(None), Some(Duration::ZERO));
        assert_eq!(queue.take().records.len(), 1);
        queue.gathers_until = Some(Instant::now() + LONG);
        for _ in 1..MOST_GATHERED {
            assert!(!queue.push(Arc::new(record())));
        }
        assert!(queue.rest(None).is_some_and(|rest| rest > LONG / 2), "the pause ends by itself");
        queue.submit = true;
        assert_eq!(queue.rest(None), Some(Duration::ZERO));
        queue.submit = false;
        assert!(queue.push(Arc::new(record())), "too many wait");
        assert_eq!(queue.rest(None), Some(Duration::ZERO));
        assert_eq!(queue.take().records.len(), MOST_GATHERED);
        assert_eq!(queue.rest(None), None, "the next one wakes the thread again");
    }

    #[test]
    fn a_pause_without_records_ends_all_the_same() {
        let mut queue = Queue { gathers_until: Some(Instant::now()), ..Queue::default() };
        assert_eq!(queue.rest(None), Some(Duration::ZERO));
        assert!(queue.take().records.is_empty());
        assert!(queue.push(Arc::new(record())));
    }
}
