use std::time::{Duration, Instant};

use super::queue::{LONGEST, Tap};
use super::timeline::Timeline;

/// What waits in a tap is given out in steps of so much, however long it waited.
const STEP: Duration = Duration::from_millis(500);

/// The sound of a tap: both sides on one time, which begins with the tap.
///
/// Packets that come late have until `patience` is over to find their place. What is missing, because nothing was said, a packet
/// was lost, or a tap was full, is silence. Senders whose clock goes wrong, or is set anew, do not shift what follows.
pub struct TapReader {
    tap: Tap,
    timeline: Timeline,
    patience: Duration,
    payload: Box<[u8]>,
}

impl TapReader {
    /// Reads `tap` at `rate` samples a second.
    pub fn new(tap: Tap, rate: u32, patience: Duration) -> Self {
        Self { tap, timeline: Timeline::new(rate), patience, payload: vec![0; LONGEST].into() }
    }

    /// Gives out what was said until a moment ago: as many samples of what the party said as of what it heard.
    pub fn advance(&mut self, now: Instant, mut to: impl FnMut(&[i16], &[i16])) {
        self.take_in(&mut to);
        let now = now.saturating_duration_since(self.tap.began());
        let until = self.timeline.position(now.saturating_sub(self.patience));
        self.timeline.give(until, to);
    }

    /// Gives out the next `count` samples to somebody who plays them as they come. No clock is needed: what comes tells the time. Where
    /// nothing came for a while, or too little is in hand, nothing may be given out; nobody has to wait for it.
    pub(crate) fn pull(&mut self, count: usize, to: impl FnMut(&[i16], &[i16])) {
        let patience = self.timeline.position(self.patience) as i64;
        let mut behind = None;
        while let Some((slice, length)) = self.tap.next(&mut self.payload) {
            let newest = self.timeline.position(slice.at) as i64;
            if newest - self.timeline.given() as i64 > 4 * patience {
                self.timeline.give((newest - patience).max(0) as u64, |_, _| {});
            }
            self.timeline.take(&slice, self.payload.get(..length).unwrap_or_default());
            behind = Some(newest - self.timeline.given() as i64);
        }
        if behind.is_none_or(|behind| behind > patience / 4) {
            self.timeline.give(self.timeline.given() + count as u64, to);
        }
    }

    /// Reads at another rate from now on.
    pub(crate) fn set_rate(&mut self, rate: u32) {
        if self.timeline.rate() != rate {
            self.timeline = Timeline::new(rate);
        }
    }

    /// Gives out everything up to `end`, or to the last sound without one.
    pub fn finish(&mut self, end: Option<Instant>, mut to: impl FnMut(&[i16], &[i16])) {
        self.take_in(&mut to);
        let until = end.map_or(self.timeline.end(), |end| self.position_of(end));
        self.timeline.give(until, to);
    }

    fn take_in(&mut self, to: &mut impl FnMut(&[i16], &[i16])) {
        while let Some((slice, length)) = self.tap.next(&mut self.payload) {
            // Where much waited, as behind a slow disk, memory must not grow with it.
            let settled = self.timeline.position(slice.at.saturating_sub(self.patience.max(STEP)));
            self.timeline.give(settled, &mut *to);
            self.timeline.take(&slice, self.payload.get(..length).unwrap_or_default());
        }
    }

    /// The sample that belongs to a moment.
    pub fn position_of(&self, moment: Instant) -> u64 {
        self.timeline.position(moment.saturating_duration_since(self.tap.began()))
    }

    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.timeline.rate()
    }

    /// Samples that were given out, of each side.
    pub fn position(&self) -> u64 {
        self.timeline.given()
    }

    /// The tap.
    pub fn tap(&self) -> &Tap {
        &self.tap
    }
}

impl std::fmt::Debug for TapReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TapReader({:?}, {} samples given)", self.tap, self.position())
    }
}

#[cfg(test)]
mod tests;
