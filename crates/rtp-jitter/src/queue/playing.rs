use core::time::Duration;

use super::store::Slot;
use super::{COMFORT_NOISE, PacketQueue, Phase};
use crate::packet::{Content, Decision, QueuedPacket, Stretch};

/// What follows from how the queue stands; [`Decision`] is made of it once nothing changes any more.
enum Step {
    /// Something was taken away: look again.
    Again,
    Decode {
        slot: Slot,
        skip: i64,
        stretch: Stretch,
    },
    Lost {
        ticks: i64,
        /// The packet behind the gap, where it may help.
        next: Option<Slot>,
    },
    Wait,
    Silence,
}

impl PacketQueue {
    /// What is to be heard next, where `wanted` ticks of sound are needed at `now`, and the sound of each of the caller's
    /// turns has `turn` ticks. Where none is buffered both are the same.
    ///
    /// Call it again until there is enough sound; each decision moves on. Decisions other than
    /// [`Decision::Decode`] are for `wanted` ticks at most.
    pub fn next(&mut self, now: Duration, wanted: u32, turn: u32) -> Decision<'_> {
        let ticks = self.config.ticks(now);
        let wanted = i64::from(wanted.max(1));
        let turn = i64::from(turn).max(wanted);
        let step = loop {
            match self.step(ticks, wanted, turn) {
                Step::Again => {}
                step => break step,
            }
        };
        self.cursor_before = self.cursor;
        match step {
            Step::Decode { slot, skip, stretch } => self.decode(now, slot, skip, stretch),
            Step::Lost { ticks, next } => {
                self.cursor += ticks;
                self.counts.conceal(ticks);
                let next = next.map(|slot| (slot.info.payload_type, self.store.payload(&slot)));
                Decision::Lost { ticks: u32::try_from(ticks).unwrap_or(u32::MAX), next }
            }
            Step::Silence => {
                self.counts.silence(wanted);
                self.silence()
            }
            Step::Wait | Step::Again => {
                self.counts.conceal(wanted);
                self.waited += wanted;
                self.unclear += wanted;
                if self.target.is_fixed() {
                    self.use_waited(wanted);
                }
                Decision::Wait
            }
        }
    }

    fn step(&mut self, now: i64, wanted: i64, turn: i64) -> Step {
        let Some(front) = self.store.first_from(self.next_sequence).copied() else {
            return self.nothing_there();
        };
        if let Phase::Gathering { first, paused } = self.phase {
            return self.gather(now, &front, first, paused);
        }
        let missing = front.sequence - self.next_sequence;
        let mut gap = front.timestamp - self.cursor;
        if gap > 0 && missing == 0 {
            return self.end_of_pause(&front, gap);
        }
        // What was concealed while nothing was there stands for what was lost.
        if gap > 0 {
            self.use_waited(gap.min(self.waited));
            gap = front.timestamp - self.cursor;
        }
        // A delay that is too long is shortened where there is nothing to hear.
        let excess = self.level(now, self.cursor) - self.target.target() - turn;
        if gap > 0 && excess > 0 {
            let cut = gap.min(excess);
            self.cursor += cut;
            self.counts.accelerated += cut;
            gap -= cut;
        }
        if gap > self.resync_threshold {
            // So much is not made up: it is a pause with losses.
            return self.end_of_pause(&front, gap);
        }
        if gap > 0 {
            let alone = missing == 1 && front.info.content == Content::Audio && gap <= self.packet_ticks;
            return Step::Lost { ticks: gap.min(wanted), next: alone.then_some(front) };
        }
        self.play(now, front, turn - wanted, turn)
    }

    /// No packet waits.
    fn nothing_there(&mut self) -> Step {
        match self.phase {
            Phase::Playing { paused: false } if self.unclear < self.resync_threshold => Step::Wait,
            Phase::Playing { .. } => {
                // Nothing has come for so long that nobody talks.
                self.phase = Phase::Gathering { first: false, paused: true };
                Step::Silence
            }
            Phase::Gathering { paused: false, .. } => Step::Wait,
            Phase::Idle | Phase::Gathering { .. } => Step::Silence,
        }
    }

    /// Waits until the delay is what it shall be.
    fn gather(&mut self, now: i64, front: &Slot, first: bool, paused: bool) -> Step {
        let waits = now - self.config.ticks(front.arrived);
        let is_sound = front.info.content == Content::Audio;
        // Of a packet that seems to have taken far too long nobody knows yet; its own waiting counts then.
        let is_far = self.far_since.is_some_and(|first| first <= front.sequence);
        let level = if is_far { waits } else { self.level(now, front.timestamp) };
        if is_sound && level < self.target.target() && waits < self.longest {
            return if paused { Step::Silence } else { Step::Wait };
        }
        if !first && front.sequence == self.next_sequence && paused {
            self.was_pause(self.unclear);
        }
        (self.waited, self.unclear) = (0, 0);
        self.phase = Phase::Playing { paused: false };
        self.cursor = front.timestamp;
        self.control.reset();
        Step::Again
    }

    /// The talker said nothing for `gap` ticks, and sent nothing.
    fn end_of_pause(&mut self, front: &Slot, gap: i64) -> Step {
        if front.info.content == Content::Audio {
            // With a constant delay the cursor has moved on with the time.
            let paused = if self.target.is_fixed() { self.unclear } else { self.unclear.min(gap) };
            self.was_pause(paused);
            self.phase = Phase::Gathering { first: false, paused: true };
        }
        self.cursor = front.timestamp;
        Step::Again
    }

    fn was_pause(&mut self, ticks: i64) {
        self.counts.was_pause(ticks);
        (self.waited, self.unclear) = (0, 0);
    }

    /// The turn of a packet has come.
    fn play(&mut self, now: i64, front: Slot, buffered: i64, turn: i64) -> Step {
        let skip = (self.cursor - front.timestamp).max(0);
        let level = self.level(now, front.timestamp);
        if front.info.content != Content::Audio {
            self.pause(&front);
            return Step::Again;
        }
        let limit = self.longest + if self.target.is_fixed() { 2 * self.packet_ticks } else { 0 };
        let is_over = skip >= self.packet_ticks && front.timestamp + self.packet_ticks <= self.cursor;
        if is_over || (level > limit && self.store.count() > 1) {
            self.discard(&front);
            return Step::Again;
        }
        let has_drifted = level < self.target.target() - 2 * self.packet_ticks;
        if self.target.is_fixed() && has_drifted && now - self.config.ticks(front.arrived) < self.longest {
            // The clocks are no longer together.
            self.phase = Phase::Gathering { first: false, paused: false };
            return Step::Again;
        }
        if self.waited > 0 {
            self.control.reset();
        }
        (self.waited, self.unclear) = (0, 0);
        self.comfort_noise = None;
        self.counts.level = level;
        let stretch = if self.config.stretch {
            self.control.observe(level, self.target.target(), buffered, turn)
        } else {
            Stretch::Keep
        };
        Step::Decode { slot: front, skip, stretch }
    }

    fn decode(&mut self, now: Duration, slot: Slot, skip: i64, stretch: Stretch) -> Decision<'_> {
        self.reach(slot.sequence);
        self.pass(true);
        self.bursts.heard();
        self.store.take(slot.sequence);
        self.phase = Phase::Playing { paused: false };
        let waited = now.saturating_sub(slot.arrived);
        self.counts.decode(self.packet_ticks, waited);
        self.cursor_before = slot.timestamp;
        self.cursor = slot.timestamp + self.packet_ticks;
        let ticks = u32::try_from(self.packet_ticks).unwrap_or(u32::MAX);
        let packet = QueuedPacket { info: slot.info, payload: self.store.payload(&slot), ticks, waited };
        Decision::Decode { packet, skip: u32::try_from(skip).unwrap_or(u32::MAX), stretch }
    }

    /// A packet without sound: the talker pauses.
    fn pause(&mut self, slot: &Slot) {
        self.reach(slot.sequence);
        self.pass(true);
        self.bursts.heard();
        if slot.info.content == Content::ComfortNoise {
            let payload = self.store.payload(slot);
            let length = payload.len().min(COMFORT_NOISE);
            let mut noise = [0; COMFORT_NOISE];
            noise[..length].copy_from_slice(&payload[..length]);
            self.comfort_noise = Some((length as u8, noise));
        }
        self.store.take(slot.sequence);
        self.counts.heard += 1;
        self.phase = Phase::Playing { paused: true };
    }

    /// A packet that nobody will hear.
    fn discard(&mut self, slot: &Slot) {
        self.reach(slot.sequence);
        self.pass(true);
        self.bursts.missed();
        self.counts.discarded += 1;
        self.store.take(slot.sequence);
        self.cursor = self.cursor.max(slot.timestamp + self.packet_ticks);
    }

    /// The turn of all packets before `sequence` is over.
    fn reach(&mut self, sequence: i64) {
        while self.next_sequence < sequence {
            self.pass_missing();
        }
    }

    /// Time that passed while nothing was there is time of the stream.
    fn use_waited(&mut self, ticks: i64) {
        self.cursor += ticks;
        self.waited -= ticks;
    }
}
