use core::time::Duration;

use super::timeline::Place;
use super::{PacketQueue, Phase};
use crate::packet::{Content, Insertion, PacketInfo};

/// What a packet is, once its numbers are extended.
#[derive(Clone, Copy)]
struct Arrival {
    at: Duration,
    ticks: i64,
    sequence: i64,
    timestamp: i64,
    info: PacketInfo,
}

impl PacketQueue {
    /// Takes in a packet that came at `now`. Nothing that a packet says can make this fail or allocate.
    pub fn insert(&mut self, now: Duration, info: PacketInfo, payload: &[u8]) -> Insertion {
        self.counts.received += 1;
        if payload.len() > self.config.max_payload {
            self.counts.refused += 1;
            return Insertion::TooLong;
        }
        let ticks = self.config.ticks(now);
        match self.timeline.place(&info) {
            Place::New => self.begin(now, ticks, info, payload),
            Place::Stray => {
                self.counts.refused += 1;
                Insertion::Stray
            }
            Place::Known { sequence, timestamp } => {
                self.continued(Arrival { at: now, ticks, sequence, timestamp, info }, payload)
            }
        }
    }

    /// The first packet of a stream.
    fn begin(&mut self, now: Duration, ticks: i64, info: PacketInfo, payload: &[u8]) -> Insertion {
        self.reset();
        let (sequence, timestamp) = self.timeline.begin(&info);
        self.counts.streams += 1;
        self.phase = Phase::Gathering { first: true, paused: true };
        (self.next_sequence, self.cursor, self.cursor_before) = (sequence, timestamp, timestamp);
        (self.waited, self.unclear, self.seen, self.far_since) = (0, 0, 0, None);
        self.last_transit = ticks - timestamp;
        self.learn(&Arrival { at: now, ticks, sequence, timestamp, info });
        self.store.put(sequence, timestamp, info, now, payload);
        Insertion::Began
    }

    /// A packet of the stream that is known.
    fn continued(&mut self, mut arrival: Arrival, payload: &[u8]) -> Insertion {
        let (newest, _) = self.timeline.newest();
        if arrival.sequence <= newest {
            if let Some(refusal) = self.overtaken(&arrival) {
                return refusal;
            }
        } else {
            self.resynchronise(&mut arrival);
            self.make_room(arrival.sequence, arrival.timestamp);
            self.timeline.advance(arrival.sequence, arrival.timestamp);
        }
        self.learn(&arrival);
        self.store.put(arrival.sequence, arrival.timestamp, arrival.info, arrival.at, payload);
        Insertion::Queued
    }

    /// A packet that was overtaken by later ones: whether that is a reason to refuse it.
    fn overtaken(&mut self, arrival: &Arrival) -> Option<Insertion> {
        let (newest, newest_timestamp) = self.timeline.newest();
        if self.store.get(arrival.sequence).is_some() || self.was_seen(arrival.sequence) {
            self.counts.duplicates += 1;
            return Some(Insertion::Duplicate);
        }
        if arrival.timestamp > newest_timestamp {
            // Numbered before the newest one, but spoken after it: of before the source set its clock anew.
            self.counts.refused += 1;
            return Some(Insertion::Stray);
        }
        if arrival.sequence >= self.next_sequence {
            return None;
        }
        let nothing_heard = self.phase == Phase::Gathering { first: true, paused: true };
        if nothing_heard && newest - arrival.sequence < self.store.capacity() {
            (self.next_sequence, self.cursor) = (arrival.sequence, arrival.timestamp);
            return None;
        }
        self.late(arrival);
        Some(Insertion::Late)
    }

    fn late(&mut self, arrival: &Arrival) {
        self.learn(arrival);
        if let Some(bit) = self.bit(arrival.sequence) {
            self.seen |= bit;
        }
        // It was counted as lost when its turn passed.
        self.counts.lost = self.counts.lost.saturating_sub(1);
        self.counts.discarded += 1;
    }

    fn was_seen(&self, sequence: i64) -> bool {
        self.bit(sequence).is_some_and(|bit| self.seen & bit != 0)
    }

    /// The bit of a packet whose turn is over.
    fn bit(&self, sequence: i64) -> Option<u128> {
        let back = u32::try_from(self.next_sequence - 1 - sequence).ok()?;
        1_u128.checked_shl(back)
    }

    /// Puts the newest packet where it belongs when the source has set its clock anew.
    ///
    /// A timestamp that steps while the clock does not is seen at once. A source that paused without counting on looks like
    /// a network that stood still, until a second packet comes as late as the first.
    fn resynchronise(&mut self, arrival: &mut Arrival) {
        let (newest, newest_timestamp) = self.timeline.newest();
        let transit = arrival.ticks - arrival.timestamp;
        let last = core::mem::replace(&mut self.last_transit, transit);
        let packets = arrival.sequence - newest;
        let expected = newest_timestamp + packets * self.packet_ticks;
        let is_odd = (arrival.timestamp - expected).abs() > self.resync_threshold;
        if is_odd && (transit - last).abs() > self.resync_threshold {
            // As late as the one before it, but not before the end of that.
            self.shift(arrival, (transit - last).max(expected - arrival.timestamp));
            return;
        }
        if transit - self.target.least_transit() <= self.resync_threshold {
            self.far_since = None;
            return;
        }
        let is_paced = (transit - last).abs() < self.packet_ticks / 2;
        match self.far_since {
            Some(first) if is_paced => {
                let by = transit - self.target.least_transit();
                self.store.shift_from(first, by);
                if self.next_sequence > first {
                    self.cursor += by;
                    self.cursor_before += by;
                }
                self.far_since = None;
                self.shift(arrival, by);
            }
            Some(_) => {}
            None => self.far_since = Some(arrival.sequence),
        }
    }

    fn shift(&mut self, arrival: &mut Arrival, by: i64) {
        self.timeline.shift(by);
        arrival.timestamp += by;
        self.last_transit = arrival.ticks - arrival.timestamp;
    }

    /// Lets the oldest packets give way to one that is newer than all.
    fn make_room(&mut self, sequence: i64, timestamp: i64) {
        if sequence < self.next_sequence + self.store.capacity() {
            return;
        }
        let first = sequence + 1 - self.store.capacity();
        while self.next_sequence < first {
            if self.store.take(self.next_sequence).is_some() {
                self.pass(true);
                self.counts.discarded += 1;
                self.bursts.missed();
            } else {
                self.pass_missing();
            }
        }
        self.cursor = self.store.first_from(first).map_or(timestamp, |slot| slot.timestamp);
        self.control.reset();
    }

    /// Takes what a packet's transit says of the network.
    fn learn(&mut self, arrival: &Arrival) {
        // The timestamp of an event is that of its beginning.
        if arrival.info.content != Content::Other && self.far_since.is_none() {
            self.target.receive(arrival.ticks, arrival.ticks - arrival.timestamp);
        }
    }

    /// The turn of the next packet is over; whether it was there.
    pub(super) fn pass(&mut self, was_there: bool) {
        self.next_sequence += 1;
        self.seen = (self.seen << 1) | u128::from(was_there);
    }

    /// The turn of the next packet is over, and it has not come.
    pub(super) fn pass_missing(&mut self) {
        self.pass(false);
        self.counts.lost += 1;
        self.bursts.missed();
    }
}
