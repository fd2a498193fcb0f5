//! One recording: a tap, and the files that are made of it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use audio::WrittenFormat;

use super::files::Files;
use super::plan::{RecordError, RecordingEnd, RecordingPlan};
use crate::tap::{Side, Tap, TapReader};

/// How long packets may take to find their place.
const PATIENCE: Duration = Duration::from_millis(200);

/// How often files are made whole.
const WHOLE_EVERY: Duration = Duration::from_millis(900);

/// Told when it is over.
pub(super) type OnEnd = Box<dyn FnOnce(RecordingEnd) + Send>;

/// What may change in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Whether what is said from then on is left out.
    Paused(bool),
    /// Whether one side is silent from then on.
    Muted(Side, bool),
    /// It is over, and so much of the end is left out.
    End { without: Duration },
}

/// A recording that goes on.
pub(super) struct Running {
    reader: TapReader,
    /// Changes, by the sample that they begin with.
    changes: VecDeque<(u64, Change)>,
    plan: RecordingPlan,
    /// `None` until they are opened.
    files: Option<Files>,
    whole_at: Instant,
    /// When it was told to end, and how much of the end is left out.
    ends: Option<Instant>,
    cut: Duration,
    problem: Option<RecordError>,
    on_end: OnEnd,
}

impl Running {
    pub(super) fn new(tap: Tap, plan: RecordingPlan, on_end: OnEnd) -> Self {
        let rates = plan.tracks.iter().filter_map(|track| WrittenFormat::of(&track.path));
        let rate = rates.map(WrittenFormat::rate).max().unwrap_or(8_000);
        let whole_at = tap.began();
        let reader = TapReader::new(tap, rate, PATIENCE);
        let (changes, files, ends, cut, problem) = Default::default();
        Self { reader, changes, plan, files, whole_at, ends, cut, problem, on_end }
    }

    /// Notes a change.
    pub(super) fn change(&mut self, at: Instant, change: Change) {
        if let Change::End { without } = change {
            self.cut = without;
            self.ends = Some(self.ends.map_or(at, |ends| ends.min(at)));
        }
        self.changes.push_back((self.reader.position_of(at), change));
    }

    /// Writes what was said since the last time. `false`: it is over, and wants to be [ended](Self::end).
    pub(super) fn advance(&mut self, now: Instant) -> bool {
        if self.problem.is_some() {
            return false;
        }
        if self.files.is_none() {
            match Files::open(&self.plan, self.reader.rate()) {
                Ok(files) => self.files = Some(files),
                Err(problem) => {
                    self.problem = Some(problem);
                    return false;
                }
            }
        }
        // Asked first, so that what the leg said last is read in this turn.
        let goes_on = self.ends.is_none() && !self.reader.tap().is_abandoned();
        self.write(|reader, to| reader.advance(now, to));
        if goes_on && now >= self.whole_at {
            self.whole_at = now + WHOLE_EVERY;
            if let Some(Err(problem)) = self.files.as_mut().map(Files::make_whole) {
                self.problem = Some(problem);
            }
        }
        goes_on && self.problem.is_none()
    }

    fn write(&mut self, read: impl FnOnce(&mut TapReader, &mut dyn FnMut(&[i16], &[i16]))) {
        let Self { reader, changes, files: Some(files), problem, .. } = self else { return };
        let mut position = reader.position();
        read(reader, &mut |mut said, mut heard| {
            while !said.is_empty() && problem.is_none() {
                while let Some((_, change)) = changes.pop_front_if(|(at, _)| *at <= position) {
                    files.change(change);
                }
                let until = changes.front().map_or(u64::MAX, |(at, _)| at - position);
                let count = usize::try_from(until).unwrap_or(usize::MAX).min(said.len());
                let (now, later) = (said.split_at(count), heard.split_at(count));
                *problem = files.write(now.0, later.0).err();
                (said, heard) = (now.1, later.1);
                position += count as u64;
            }
        });
    }

    /// Writes the rest, makes the files whole, and tells that it is over.
    pub(super) fn end(mut self, now: Instant) {
        if self.files.is_none() && self.problem.is_none() {
            self.advance(now);
        }
        let ends = self.ends;
        self.write(|reader, to| reader.finish(ends, to));
        let missed = self.reader.tap().missed();
        let duration = self.files.as_ref().map_or(Duration::ZERO, Files::duration).saturating_sub(self.cut);
        let finished = self.files.take().map_or(Ok(()), |files| files.finish(self.cut));
        let problem = self.problem.take().or(finished.err());
        (self.on_end)(RecordingEnd { duration, missed, problem });
    }
}
