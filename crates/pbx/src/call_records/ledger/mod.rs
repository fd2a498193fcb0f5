//! The ledger: every channel and its records, as Asterisk makes them (a sans-I/O state machine).
//!
//! It is told what happens and when, each time in the order in which it happened. Records that are finished come out of
//! [`Ledger::take_finished`]: those of a channel all at once, when nothing follows on it.
//!
//! A channel has one record until it is related to another channel: a dial is a record for each channel that is called, a
//! bridge one for each two channels in it. When the relation ends so does the record, and what the channel does next
//! begins another one. Party A is never one that was called; of two that were not, the older one.

mod asked;
mod bridges;
mod chapter;
mod dials;
mod leg;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use call_control::HangupCause;
use foldhash::fast::RandomState;

pub(crate) use asked::Fork;
use chapter::{Chapter, Stage, disposition_of};
use leg::Leg;
pub(crate) use leg::{Account, ChannelFacts};

use super::field;
use super::record::{CallRecord, Disposition};
use super::rules::RecordRules;

/// Every channel and its records.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    rules: RecordRules,
    legs: HashMap<Arc<str>, Leg, RandomState>,
    /// Who is in each bridge, in the order of coming.
    bridges: HashMap<Arc<str>, Vec<Arc<str>>, RandomState>,
    channels: u64,
    sequence: u64,
    finished: Vec<CallRecord>,
}

impl Ledger {
    /// One that follows these rules.
    pub(crate) fn new(rules: RecordRules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Follows other rules from now on. Channels that live keep the records that they have.
    pub(crate) fn follow(&mut self, rules: RecordRules) {
        self.rules = rules;
    }

    /// A channel comes into being.
    pub(crate) fn begin(&mut self, now: SystemTime, facts: ChannelFacts<'_>, account: Account) {
        if self.legs.contains_key(facts.name) {
            return;
        }
        let mut leg = Leg::new(self.channels, facts, account);
        self.channels += 1;
        if self.rules.enabled {
            let disabled = !self.rules.on_by_default;
            leg.chapters.push(Chapter::new(next(&mut self.sequence), now, disabled));
        }
        self.legs.insert(leg.name.clone(), leg);
    }

    /// A channel is answered.
    pub(crate) fn answered(&mut self, now: SystemTime, name: &str) {
        let Some(leg) = self.legs.get_mut(name) else { return };
        leg.is_up = true;
        // Whom somebody else was faster than has not been answered.
        let won = leg.open().any(|chapter| chapter.stage == Stage::Dial && chapter.disposition.is_some());
        let lost = |chapter: &Chapter| won && chapter.stage == Stage::Dial && chapter.disposition.is_none();
        for chapter in leg.open().filter(|chapter| !lost(chapter)) {
            chapter.answer.get_or_insert(now);
        }
    }

    /// An application begins on a channel.
    pub(crate) fn application(
        &mut self,
        now: SystemTime,
        facts: ChannelFacts<'_>,
        application: &str,
        arguments: &str,
    ) {
        let Some(leg) = self.legs.get_mut(facts.name) else { return };
        if leg.has_ended && self.rules.end_before_h {
            return;
        }
        leg.called = false;
        // A dial that was answered and came to no conversation: the call went on without it.
        let seen = leg.seen.clone();
        for chapter in
            leg.open().filter(|chapter| chapter.stage == Stage::Dial && chapter.disposition.is_some())
        {
            chapter.close(now, &seen, Disposition::NoAnswer);
        }
        drop(seen);
        leg.follow(facts);
        leg.run(application, arguments);
        if leg.chapters.iter().all(|chapter| !chapter.is_open()) {
            self.next_chapter(now, facts.name);
        }
    }

    /// A channel ends. `goes_on`: its dialplan has something to do yet, and [`Ledger::released`] follows.
    pub(crate) fn ended(
        &mut self,
        now: SystemTime,
        facts: ChannelFacts<'_>,
        cause: HangupCause,
        goes_on: bool,
    ) {
        self.leave_others(now, facts.name, cause);
        let Some(leg) = self.legs.get_mut(facts.name) else { return };
        leg.has_ended = true;
        let given_up = if self.rules.cancel { Disposition::Cancel } else { Disposition::NoAnswer };
        let otherwise = disposition_of(cause, &self.rules);
        let stays_open = goes_on && !self.rules.end_before_h;
        let seen = leg.seen.clone();
        for chapter in leg.open() {
            match chapter.stage {
                Stage::Dial => chapter.fail(now, &seen, given_up),
                Stage::Single if stays_open => {}
                _ => chapter.close(now, &seen, otherwise),
            }
        }
        if !goes_on {
            self.finish(facts.name);
        }
    }

    /// Nothing follows on a channel that has ended.
    pub(crate) fn released(&mut self, now: SystemTime, name: &str) {
        let Some(leg) = self.legs.get_mut(name) else { return };
        leg.close_all(now, Disposition::NoAnswer);
        self.finish(name);
    }

    /// Closes everything: the exchange stops.
    pub(crate) fn close(&mut self, now: SystemTime) {
        let mut names: Vec<(u64, Arc<str>)> =
            self.legs.values().map(|leg| (leg.order, leg.name.clone())).collect();
        names.sort_unstable();
        for (_, name) in names {
            self.released(now, &name);
        }
    }

    /// The records that are finished since the last time.
    pub(crate) fn take_finished(&mut self) -> Vec<CallRecord> {
        std::mem::take(&mut self.finished)
    }

    /// How many channels there are.
    pub(crate) fn channels(&self) -> usize {
        self.legs.len()
    }

    /// Begins another record on a channel.
    fn next_chapter(&mut self, now: SystemTime, name: &str) -> Option<&mut Chapter> {
        let leg = self.legs.get_mut(name).filter(|_| self.rules.enabled)?;
        let sequence = next(&mut self.sequence);
        let mut chapter = match leg.chapters.last() {
            Some(last) => Chapter::after(last, sequence, now),
            None => Chapter::new(sequence, now, !self.rules.on_by_default),
        };
        chapter.answer = leg.is_up.then_some(now);
        leg.chapters.push(chapter);
        leg.chapters.last_mut()
    }

    /// Hands the records of a channel out, and forgets it.
    fn finish(&mut self, name: &str) {
        let Some(leg) = self.legs.remove(name) else { return };
        for chapter in &leg.chapters {
            if let Some(peer) = &chapter.peer
                && let Some(theirs) = self.legs.get_mut(&peer.name)
            {
                theirs.peer_of.retain(|owner| **owner != *name);
            }
            if chapter.disabled || !self.rules.enabled || (chapter.of_called && chapter.peer.is_none()) {
                continue;
            }
            let record = leg.record(chapter, &self.rules);
            let counts =
                self.rules.unanswered || chapter.peer.is_some() || field::always_kept(record.disposition);
            if counts {
                self.finished.push(record);
            }
        }
    }
}

/// Draws the number of a record.
fn next(sequence: &mut u64) -> u64 {
    let drawn = *sequence;
    *sequence += 1;
    drawn
}
