use std::time::{Duration, Instant};

/// How often each leg is looked after: RTCP, timeouts.
const TURN: Duration = Duration::from_secs(1);
/// Wake-ups are what costs, so few legs are looked after in few steps...
const LONG_STEP: Duration = Duration::from_millis(100);
/// ...and many in short ones, which do not hold packets up.
const SHORT_STEP: Duration = Duration::from_millis(20);
/// Up to so many legs count as few.
const FEW: usize = 500;

/// Goes round the legs once a second, a few at a time.
pub(crate) struct Round {
    next: Instant,
    place: usize,
}

impl Round {
    pub(crate) fn new(now: Instant) -> Self {
        Self { next: now, place: 0 }
    }

    /// When to wake next, if there is anything to look after.
    pub(crate) fn deadline(&self) -> Instant {
        self.next
    }

    /// Whether it is time for a step.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// The places to look at in this step, out of `places`. A place may be empty.
    pub(crate) fn take_step(&mut self, now: Instant, places: usize) -> impl Iterator<Item = usize> + use<> {
        let step = if places <= FEW { LONG_STEP } else { SHORT_STEP };
        let steps = (TURN.as_millis() / step.as_millis()) as usize;
        let count = places.div_ceil(steps);
        self.next = (self.next + step).max(now + step / 2);
        let start = self.place;
        self.place = if places == 0 { 0 } else { (start + count) % places };
        (start..start + count).map(move |place| place % places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leg_is_seen_about_once_a_second() {
        for places in [1, 3, 10, 77, 500, 501, 4_000] {
            let start = Instant::now();
            let mut round = Round::new(start);
            let mut seen = vec![0; places];
            let mut now = start;
            while now < start + Duration::from_secs(10) {
                assert!(round.is_due(now));
                round.take_step(now, places).for_each(|place| seen[place] += 1);
                assert!(!round.is_due(now));
                now = round.deadline();
            }
            assert!(seen.iter().all(|&count| (9..=101).contains(&count)), "{places}: {seen:?}");
            if places >= 50 {
                assert!(seen.iter().all(|&count| count <= 14), "{places}: {seen:?}");
            }
        }
    }

    #[test]
    fn without_legs_it_goes_on() {
        let now = Instant::now();
        let mut round = Round::new(now);
        assert_eq!(round.take_step(now, 0).count(), 0);
        assert!(round.deadline() > now);
    }
}
