//! Both sides of a leg on one time: what is missing is silence, so that nothing shifts.

use std::time::Duration;

use super::queue::{Side, Slice};
use super::stream::Stream;
use crate::codec::MOST_SAMPLES;

/// Most samples that are given out at a time.
const BLOCK: usize = 4_096;

/// Samples of a packet at the highest rate that files have: 120 ms at 192 kHz.
const MOST_RESAMPLED: usize = MOST_SAMPLES * 4;

/// How far ahead of what was given out sound may belong, in seconds.
const AHEAD: usize = 2;

/// The sound of both sides from some moment on.
pub(super) struct Timeline {
    rate: u32,
    /// Samples that were given out.
    given: u64,
    lanes: [Lane; 2],
    sound: Box<[i16]>,
    resampled: Box<[i16]>,
}

/// One side.
#[derive(Default)]
struct Lane {
    stream: Option<Stream>,
    /// What was heard and not given out yet.
    ahead: Vec<i16>,
}

impl Timeline {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rate,
            given: 0,
            lanes: Default::default(),
            sound: vec![0; MOST_SAMPLES].into(),
            resampled: vec![0; MOST_RESAMPLED].into(),
        }
    }

    /// Samples a second.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Samples that have gone by since the beginning.
    pub(super) fn position(&self, at: Duration) -> u64 {
        let rate = u64::from(self.rate);
        at.as_secs() * rate + u64::from(at.subsec_nanos()) * rate / 1_000_000_000
    }

    /// Samples that were given out.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// Puts the sound of a packet where it belongs. What comes after its time was given out is lost.
    pub(super) fn take(&mut self, slice: &Slice, payload: &[u8]) {
        let arrival = self.position(slice.at) as i64;
        let lane = match slice.side {
            Side::Read => &mut self.lanes[0],
            Side::Write => &mut self.lanes[1],
        };
        if lane.stream.as_ref().is_some_and(|stream| !stream.has(slice)) {
            lane.stream = None;
        }
        let stream = lane.stream.get_or_insert_with(|| Stream::new(slice, self.rate, arrival));
        let sounds =
            stream.decode((slice, payload), (self.rate, arrival), &mut self.sound, &mut self.resampled);
        if let Some((place, sound)) = sounds {
            lane.put(place - self.given as i64, sound, AHEAD * self.rate as usize);
        }
    }

    /// Gives out everything before `until`, a sample of either side for each moment.
    pub(super) fn give(&mut self, until: u64, mut to: impl FnMut(&[i16], &[i16])) {
        while self.given < until {
            let count = usize::try_from(until - self.given).unwrap_or(BLOCK).min(BLOCK);
            let [read, write] = &mut self.lanes;
            to(read.upto(count), write.upto(count));
            [read, write].into_iter().for_each(|lane| lane.forget(count));
            self.given += count as u64;
        }
    }

    /// Where the last sound ends that is known.
    pub(super) fn end(&self) -> u64 {
        self.given + self.lanes.iter().map(|lane| lane.ahead.len()).max().unwrap_or(0) as u64
    }
}

impl Lane {
    /// Puts sound `place` samples behind what was given out.
    fn put(&mut self, place: i64, sound: &[i16], most: usize) {
        let late = usize::try_from(-place).unwrap_or(0).min(sound.len());
        let sound = &sound[late..];
        let start = usize::try_from(place).unwrap_or(0);
        let end = start + sound.len();
        if sound.is_empty() || end > most {
            return;
        }
        if self.ahead.len() == start {
            return self.ahead.extend_from_slice(sound);
        }
        if self.ahead.len() < end {
            self.ahead.resize(end, 0);
        }
        self.ahead[start..end].copy_from_slice(sound);
    }

    /// The next samples, silence where nothing was heard.
    fn upto(&mut self, count: usize) -> &[i16] {
        if self.ahead.len() < count {
            self.ahead.resize(count, 0);
        }
        &self.ahead[..count]
    }

    fn forget(&mut self, count: usize) {
        self.ahead.drain(..count);
    }
}
