//! What a member says, from the moment that it arrives until its turn.

use audio::talk::{THRESHOLD, average_level};

/// Milliseconds of sound that wait at most: what comes on top of them is too late to be of use.
const LONGEST: u32 = 240;

/// Turns in which more than enough has to wait before some of it is passed over: two seconds.
const PATIENCE: u32 = 100;

/// The same after packets were late time and again: a minute.
const MOST_PATIENCE: u32 = 3_000;

/// Turns that a surplus waits for a pause in what is said; then it is passed over in the middle.
const PAUSE_WITHIN: u32 = 100;

/// Sound of one member, in the order of its timestamps.
///
/// Nothing waits longer than it must: the first packet is heard at the next turn. One that comes later than its turn is heard
/// at the one after, and from there on everything waits so much longer; what has waited longer than needed for a while is
/// shortened in a pause. What is older than what was heard is dropped, and what grows beyond the room is, too.
pub(super) struct Intake {
    ring: Box<[i16]>,
    /// The next sample that is heard; samples are counted from the first one on.
    head: i64,
    /// Behind the last sample that came.
    end: i64,
    /// A timestamp, and the sample that has it.
    anchor: Option<(u32, i64)>,
    rate: u32,
    /// Turns since there was enough.
    dry: u32,
    surplus: Surplus,
}

/// How much waits that need not.
#[derive(Clone, Copy)]
struct Surplus {
    /// The fewest samples that were left behind a turn.
    least: usize,
    turns: u32,
    patience: u32,
    /// Since so many turns 20 ms are to be passed over.
    due: Option<u32>,
}

impl Intake {
    /// For sound of `rate` samples a second.
    pub(super) fn new(rate: u32) -> Self {
        let surplus = Surplus { least: usize::MAX, turns: 0, patience: PATIENCE, due: None };
        let ring = vec![0; (rate * LONGEST / 1_000).max(1) as usize].into();
        Self { ring, head: 0, end: 0, anchor: None, rate, dry: 0, surplus }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.head == self.end
    }

    /// Samples that wait.
    pub(super) fn waiting(&self) -> usize {
        (self.end - self.head) as usize
    }

    /// Takes in the sound of a packet, whose timestamp counts by a clock of `clock_rate`.
    pub(super) fn insert(&mut self, timestamp: u32, clock_rate: u32, sound: &[i16]) {
        if sound.is_empty() || sound.len() > self.ring.len() {
            return;
        }
        let Some(at) = self.place(timestamp, clock_rate, sound.len()) else { return };
        self.anchor = Some((timestamp, at));
        // What is missing in between was lost, or is still to come.
        for missing in self.end..at {
            let index = self.index(missing);
            self.ring[index] = 0;
        }
        let late = (self.head - at).max(0);
        let sound = &sound[late as usize..];
        let start = self.index(at + late);
        let (first, second) = sound.split_at(sound.len().min(self.ring.len() - start));
        self.ring[start..start + first.len()].copy_from_slice(first);
        self.ring[..second.len()].copy_from_slice(second);
        self.end = self.end.max(at + late + sound.len() as i64);
    }

    /// Where a packet belongs. `None`: what was heard is further already.
    fn place(&mut self, timestamp: u32, clock_rate: u32, length: usize) -> Option<i64> {
        let Some((known, sample)) = self.anchor else { return Some(self.end) };
        let ticks = i64::from(timestamp.wrapping_sub(known) as i32);
        let at = sample + ticks * i64::from(self.rate) / i64::from(clock_rate.max(1));
        let (length, room) = (length as i64, self.ring.len() as i64);
        if at + length <= self.head {
            // Far behind is another clock, which counts from now on.
            return (self.head - at > room).then(|| self.begin_at(self.head));
        }
        if self.is_empty() && at > self.head {
            return Some(self.begin_at(at));
        }
        if at + length - self.head > room {
            return Some(self.begin_at(at));
        }
        if self.is_empty() && self.dry > 0 {
            self.surplus.patience = (self.surplus.patience * 2).min(MOST_PATIENCE);
        }
        Some(at)
    }

    fn begin_at(&mut self, at: i64) -> i64 {
        (self.head, self.end) = (at, at);
        at
    }

    /// What is heard at this turn. `false`: nothing.
    pub(super) fn read(&mut self, frame: &mut [i16]) -> bool {
        let waiting = self.waiting();
        if waiting < frame.len() {
            self.dry = self.dry.saturating_add(1);
            if waiting == 0 || self.dry == 1 {
                return false;
            }
            // The end of what was said.
            let (rest, behind) = frame.split_at_mut(waiting);
            self.copy(rest);
            behind.fill(0);
            self.head = self.end;
            return true;
        }
        self.dry = 0;
        self.copy(frame);
        self.head += frame.len() as i64;
        self.watch_surplus(frame);
        true
    }

    /// Passes over 20 ms once more has waited for a while than had to.
    fn watch_surplus(&mut self, heard: &[i16]) {
        let (frame, left) = (heard.len(), self.waiting());
        let surplus = &mut self.surplus;
        if let Some(turns) = &mut surplus.due {
            *turns += 1;
            let pause = average_level(heard) < THRESHOLD || *turns >= PAUSE_WITHIN;
            if pause && left >= frame {
                self.head += frame as i64;
                surplus.due = None;
            }
            return;
        }
        surplus.least = surplus.least.min(left);
        surplus.turns += 1;
        if surplus.turns >= surplus.patience {
            surplus.due = (surplus.least >= frame).then_some(0);
            (surplus.least, surplus.turns) = (usize::MAX, 0);
        }
    }

    fn copy(&self, frame: &mut [i16]) {
        let start = self.index(self.head);
        let (first, second) = frame.split_at_mut(frame.len().min(self.ring.len() - start));
        first.copy_from_slice(&self.ring[start..start + first.len()]);
        second.copy_from_slice(&self.ring[..second.len()]);
    }

    fn index(&self, sample: i64) -> usize {
        sample.rem_euclid(self.ring.len() as i64) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAME: usize = 160;

    /// Packet `n` of a stream: 20 ms whose samples are its number.
    fn put(intake: &mut Intake, n: u32) {
        intake.insert(n * 160, 8_000, &[n as i16; FRAME]);
    }

    /// The packet that is heard at this turn.
    fn take(intake: &mut Intake) -> Option<i16> {
        let mut frame = [0; FRAME];
        intake.read(&mut frame).then(|| {
            assert!(frame.iter().all(|sample| *sample == frame[0]));
            frame[0]
        })
    }

    #[test]
    fn what_comes_in_time_is_heard_at_the_next_turn() {
        let mut intake = Intake::new(8_000);
        for n in 1..100 {
            put(&mut intake, n);
            assert_eq!(take(&mut intake), Some(n as i16));
        }
        assert!(intake.is_empty());
    }

    #[test]
    fn a_packet_that_comes_late_makes_the_others_wait_until_a_pause() {
        let mut intake = Intake::new(8_000);
        put(&mut intake, 1_001);
        assert_eq!(take(&mut intake), Some(1_001));
        assert_eq!(take(&mut intake), None);
        put(&mut intake, 1_002);
        put(&mut intake, 1_003);
        let mut heard = Vec::new();
        for n in 1_004..2_004 {
            heard.extend(take(&mut intake));
            put(&mut intake, n);
        }
        assert!(heard.windows(2).all(|pair| pair[1] - pair[0] <= 2), "20 ms at most are passed over");
        assert_eq!(intake.waiting(), FRAME, "and nothing waits any longer than it has to");
    }

    #[test]
    fn a_lost_packet_is_silence_and_a_late_one_fills_its_gap() {
        let mut intake = Intake::new(8_000);
        put(&mut intake, 1);
        put(&mut intake, 3);
        put(&mut intake, 5);
        put(&mut intake, 4);
        assert_eq!([0; 5].map(|_| take(&mut intake)), [Some(1), Some(0), Some(3), Some(4), Some(5)]);
        put(&mut intake, 2);
        assert_eq!(take(&mut intake), None, "its turn is over");
    }

    #[test]
    fn a_pause_in_the_stream_is_no_delay() {
        let mut intake = Intake::new(8_000);
        put(&mut intake, 1);
        assert_eq!(take(&mut intake), Some(1));
        for _ in 0..7 {
            assert_eq!(take(&mut intake), None);
        }
        put(&mut intake, 9);
        assert_eq!((take(&mut intake), intake.waiting()), (Some(9), 0));
    }

    #[test]
    fn packets_of_another_length_are_heard_whole() {
        let mut intake = Intake::new(8_000);
        let mut heard = Vec::new();
        for n in 0..90_u32 {
            if n % 3 == 0 {
                intake.insert(n * 160, 8_000, &[n as i16 + 1; 480]);
            }
            let mut frame = [0; FRAME];
            if intake.read(&mut frame) {
                heard.extend(frame);
            }
        }
        assert!(heard.len() >= 87 * FRAME);
        assert!(heard.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 3));
    }

    #[test]
    fn a_clock_that_leaps_is_followed() {
        let mut intake = Intake::new(16_000);
        for start in [0_u32, 4_000_000_000, 7, 1 << 31] {
            for n in 0..3 {
                let mut frame = [0; 320];
                intake.insert(start.wrapping_add(n * 160), 8_000, &[5; 320]);
                assert!(intake.read(&mut frame), "{start} {n}");
                assert_eq!(frame, [5; 320]);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_little_waits_and_every_turn_is_served(
            steps in proptest::collection::vec((any::<u32>(), 0_usize..3_000, any::<bool>()), 0..200)
        ) {
            let mut intake = Intake::new(8_000);
            let sound = [7_i16; 3_000];
            for (timestamp, length, turns) in steps {
                intake.insert(timestamp % 20_000, 8_000, &sound[..length]);
                intake.insert(timestamp, 8_000, &sound[..length % 200]);
                prop_assert!(intake.waiting() <= 1_920);
                if turns {
                    intake.read(&mut [0; FRAME]);
                }
            }
            // What was said is heard to its end, however it came.
            for _ in 0..20 {
                intake.read(&mut [0; FRAME]);
            }
            prop_assert!(intake.is_empty());
        }
    }
}
