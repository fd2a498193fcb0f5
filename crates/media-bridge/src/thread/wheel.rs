use std::time::{Duration, Instant};

/// Slots of the wheel; each is due once in a turn.
const SLOTS: usize = 20;
/// Turns that are made up for after the thread was held up. Older ones are left out.
const MAX_TURNS_BEHIND: u64 = 5;

/// Twenty milliseconds in twenty slots: when each leg that makes packets of its own sends the next one.
///
/// A leg keeps its slot for as long as it has something to send, so its packets are 20 ms apart by absolute deadlines:
/// being late once does not shift what follows. Slots without legs wake nobody.
pub(crate) struct Wheel {
    epoch: Instant,
    /// The first millisecond since `epoch` whose slot was not run yet.
    next: u64,
    slots: [Vec<usize>; SLOTS],
    legs: usize,
}

impl Wheel {
    pub(crate) fn new(now: Instant) -> Self {
        Self { epoch: now, next: 0, slots: Default::default(), legs: 0 }
    }

    /// Puts a leg in the emptiest slot, the soonest of several, and returns the slot.
    pub(crate) fn join(&mut self, now: Instant, leg: usize) -> usize {
        if self.legs == 0 {
            self.next = self.millis(now);
        }
        let soonest = self.next.max(self.millis(now)) as usize;
        let slot = (soonest..soonest + SLOTS)
            .map(|tick| tick % SLOTS)
            .min_by_key(|&slot| self.slots[slot].len())
            .unwrap_or(0);
        self.slots[slot].push(leg);
        self.legs += 1;
        slot
    }

    pub(crate) fn leave(&mut self, slot: usize, leg: usize) {
        if let Some(at) = self.slots[slot].iter().position(|&other| other == leg) {
            self.slots[slot].swap_remove(at);
            self.legs -= 1;
        }
    }

    /// When to wake for the next slot that has legs.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.legs == 0 {
            return None;
        }
        let tick = (self.next..self.next + SLOTS as u64).find(|&tick| !self.slot_at(tick).is_empty())?;
        Some(self.epoch + Duration::from_millis(tick))
    }

    /// The next slot that is due and has legs. Call until `None`.
    pub(crate) fn due(&mut self, now: Instant) -> Option<usize> {
        let current = self.millis(now);
        if self.legs == 0 {
            return None;
        }
        self.next = self.next.max(current.saturating_sub(MAX_TURNS_BEHIND * SLOTS as u64));
        while self.next <= current {
            let tick = self.next;
            self.next += 1;
            if !self.slot_at(tick).is_empty() {
                return Some(tick as usize % SLOTS);
            }
        }
        None
    }

    /// The `nth` leg from the end of a slot. Walking down from the end, the current leg may leave.
    pub(crate) fn leg(&self, slot: usize, nth: usize) -> Option<usize> {
        self.slots[slot].get(nth).copied()
    }

    pub(crate) fn legs_in(&self, slot: usize) -> usize {
        self.slots[slot].len()
    }

    fn slot_at(&self, tick: u64) -> &Vec<usize> {
        &self.slots[tick as usize % SLOTS]
    }

    fn millis(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_millis() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// Runs all that is due at `now` and returns the legs in order.
    fn run(wheel: &mut Wheel, now: Instant) -> Vec<usize> {
        let mut legs = Vec::new();
        while let Some(slot) = wheel.due(now) {
            legs.extend((0..wheel.legs_in(slot)).rev().filter_map(|nth| wheel.leg(slot, nth)));
        }
        legs
    }

    #[test]
    fn a_leg_is_due_each_twenty_milliseconds_however_late_the_thread_is() {
        let start = Instant::now();
        let mut wheel = Wheel::new(start);
        wheel.join(start, 7);
        let mut times = Vec::new();
        for late in [0, 3, 0, 19, 0] {
            let deadline = wheel.deadline().unwrap();
            times.push((deadline - start).as_millis());
            assert_eq!(run(&mut wheel, deadline + ms(late)), [7]);
        }
        assert_eq!(times, [0, 20, 40, 60, 80]);
    }

    #[test]
    fn legs_spread_over_the_slots() {
        let start = Instant::now();
        let mut wheel = Wheel::new(start);
        let slots: Vec<_> = (0..40).map(|leg| wheel.join(start + ms(5), leg)).collect();
        assert_eq!(slots[0], 5);
        for slot in 0..SLOTS {
            assert_eq!(slots.iter().filter(|&&other| other == slot).count(), 2);
        }
    }

    #[test]
    fn an_empty_wheel_sleeps_and_starts_afresh() {
        let start = Instant::now();
        let mut wheel = Wheel::new(start);
        assert_eq!(wheel.deadline(), None);
        let later = start + Duration::from_secs(3_600);
        assert_eq!(wheel.due(later), None);
        let slot = wheel.join(later, 1);
        assert_eq!(wheel.deadline(), Some(later));
        wheel.leave(slot, 1);
        assert_eq!(wheel.deadline(), None);
        wheel.leave(slot, 1);
    }

    #[test]
    fn after_a_long_stop_only_the_last_turns_are_made_up() {
        let start = Instant::now();
        let mut wheel = Wheel::new(start);
        wheel.join(start, 1);
        assert_eq!(run(&mut wheel, start + ms(45)).len(), 3);
        assert!(run(&mut wheel, start + Duration::from_secs(60)).len() <= 6);
    }
}
