//! What waits for the thread, and when it is due.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::super::record::CallRecord;
use super::RecordStore;
use crate::configuration::RecordBatch;

/// Records and wishes that the thread has not seen yet.
#[derive(Default)]
pub(super) struct Queue {
    pub(super) records: VecDeque<Arc<CallRecord>>,
    /// When the first of them came.
    pub(super) since: Option<Instant>,
    pub(super) batch: Option<RecordBatch>,
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
