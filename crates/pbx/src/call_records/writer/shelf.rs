//! One place, and the records that wait for it while it cannot be written.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::record::CallRecord;
use super::{RecordStore, Tell};

/// Most records that are written together.
const TOGETHER: usize = 4_096;

/// How long a place that cannot be written is left alone.
const REST: Duration = Duration::from_secs(1);

/// How often somebody is told of a place that still cannot be written.
const REMINDER: Duration = Duration::from_secs(60);

/// One place, and what waits for it.
pub(super) struct Shelf {
    pub(super) store: Box<dyn RecordStore>,
    pub(super) waiting: VecDeque<Arc<CallRecord>>,
    /// When it may be tried again, and when somebody is told again.
    pub(super) stuck: Option<(Instant, Instant)>,
}

impl Shelf {
    /// Writes what waits, unless the place is left alone; tells how many records that were.
    pub(super) fn write(&mut self, tell: &Tell, urgent: bool) -> usize {
        let (now, before) = (Instant::now(), self.waiting.len());
        if !urgent && self.stuck.is_some_and(|(again, _)| now < again) {
            return 0;
        }
        while !self.waiting.is_empty() {
            let count = self.waiting.len().min(TOGETHER);
            let (records, _) = self.waiting.make_contiguous().split_at(count);
            match self.store.write(records) {
                Ok(()) => drop(self.waiting.drain(..count)),
                Err(problem) => {
                    self.note_stuck(now, &problem, tell);
                    return before - self.waiting.len();
                }
            }
        }
        if self.stuck.take().is_some() {
            tell(format!(
                "{}: call records are written again, those that had to wait as well",
                self.store.place()
            ));
        }
        before
    }

    fn note_stuck(&mut self, now: Instant, problem: &str, tell: &Tell) {
        let told = self.stuck.map(|(_, told)| told).filter(|told| now < *told + REMINDER);
        if told.is_none() {
            let (place, waiting) = (self.store.place(), self.waiting.len());
            tell(format!(
                "{place}: call records cannot be written: {problem}; {waiting} wait in memory, and calls go on"
            ));
        }
        self.stuck = Some((now + REST, told.unwrap_or(now)));
    }
}
