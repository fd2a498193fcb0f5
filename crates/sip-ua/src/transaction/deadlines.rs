//! When each transaction wants to be woken: one heap, out-of-date entries dropped as they surface.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::event::Name;

/// The deadlines of all transactions of a layer. Each transaction keeps its own beside itself, so that nothing has to be
/// looked up when it moves; whoever calls says what it is.
///
/// A deadline that moves later leaves its old entry in place: waking a transaction early is harmless, and the
/// entry is renewed then. One that moves earlier gets a second entry, and the first is recognised as stale when
/// it surfaces. The heap is rebuilt when more than half of it is stale, so it stays in proportion to what lives.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, Name)>>,
}

impl Deadlines {
    /// Stale entries that are never worth a rebuild.
    const SLACK: usize = 64;

    /// Wakes `name` at `at` or a little before; never again when `at` is none. `current` is what it waits for so far.
    pub(super) fn schedule(&mut self, name: Name, current: &mut Option<Instant>, at: Option<Instant>) {
        if let (Some(earlier), Some(at)) = (*current, at)
            && earlier <= at
        {
            return;
        }
        *current = at;
        if let Some(at) = at {
            self.heap.push(Reverse((at, name)));
        }
    }

    /// Drops what is stale once there is more of it than of `living` transactions.
    pub(super) fn tidy(&mut self, living: usize, current: impl Fn(Name) -> Option<Instant>) {
        if self.heap.len() > 2 * living + Self::SLACK {
            self.heap.retain(|&Reverse((at, name))| current(name) == Some(at));
        }
    }

    /// One whose time has come by `now`. Its own deadline is over.
    pub(super) fn pop_due(
        &mut self,
        now: Instant,
        current: impl Fn(Name) -> Option<Instant>,
    ) -> Option<Name> {
        if self.next(current)? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, name))| name)
    }

    /// The earliest deadline.
    pub(super) fn next(&mut self, current: impl Fn(Name) -> Option<Instant>) -> Option<Instant> {
        while let Some(&Reverse((at, name))) = self.heap.peek() {
            if current(name) == Some(at) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use super::*;

    /// Deadlines with what each transaction keeps of its own.
    #[derive(Default)]
    struct Scene {
        deadlines: Deadlines,
        current: HashMap<Name, Option<Instant>>,
    }

    impl Scene {
        fn schedule(&mut self, serial: u64, at: Option<Instant>) {
            let name = name(serial);
            self.deadlines.schedule(name, self.current.entry(name).or_default(), at);
        }

        fn next(&mut self) -> Option<Instant> {
            self.deadlines.next(|name| self.current[&name])
        }

        fn pop_due(&mut self, now: Instant) -> Option<Name> {
            let name = self.deadlines.pop_due(now, |name| self.current[&name])?;
            self.current.insert(name, None);
            Some(name)
        }
    }

    fn name(serial: u64) -> Name {
        Name { serial, slot: 0 }
    }

    #[test]
    fn the_earliest_comes_first_and_each_once() {
        let now = Instant::now();
        let at = |ms| Some(now + Duration::from_millis(ms));
        let mut scene = Scene::default();
        scene.schedule(1, at(30));
        scene.schedule(2, at(20));
        scene.schedule(1, at(10));
        assert_eq!(scene.next(), at(10));
        let later = now + Duration::from_millis(40);
        assert_eq!(scene.pop_due(now), None);
        assert_eq!(scene.pop_due(later), Some(name(1)));
        assert_eq!(scene.pop_due(later), Some(name(2)));
        assert_eq!(scene.pop_due(later), None);
        assert_eq!(scene.next(), None);
    }

    #[test]
    fn one_that_is_taken_back_never_wakes() {
        let now = Instant::now();
        let mut scene = Scene::default();
        scene.schedule(1, Some(now));
        scene.schedule(1, None);
        assert_eq!(scene.pop_due(now), None);
    }

    #[test]
    fn the_heap_stays_in_proportion_to_what_lives() {
        let now = Instant::now();
        let mut scene = Scene::default();
        for serial in 0..10_000 {
            scene.schedule(serial, Some(now + Duration::from_secs(3600)));
            scene.schedule(serial, Some(now + Duration::from_secs(32)));
            scene.schedule(serial, None);
            scene.deadlines.tidy(0, |name| scene.current[&name]);
            assert!(scene.deadlines.heap.len() <= Deadlines::SLACK + 2);
        }
    }
}
