//! What is over and must still be known for a while, so that what is repeated finds it: bounded, the longest over goes first.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What lingers is forgotten at times so far apart. To wake for each costs more than to forget it: after a call there are
/// six of them. But what is forgotten together holds up what has just come. A second is a whole number of these.
const SWEEP: Duration = Duration::from_millis(100);

/// The names of what lingers, the longest over first.
///
/// Most end by their time. Their names are dropped as they surface, or once they are more than those that live.
#[derive(Debug)]
pub(crate) struct Lingering<K> {
    order: VecDeque<K>,
    living: usize,
    /// One of the times when something is forgotten; the others are whole [`SWEEP`]s from it.
    some_sweep: Option<Instant>,
}

impl<K> Default for Lingering<K> {
    fn default() -> Self {
        Self { order: VecDeque::new(), living: 0, some_sweep: None }
    }
}

impl<K: Copy> Lingering<K> {
    /// Names that are never worth a search.
    const SLACK: usize = 64;

    /// `name` is over. The one to forget for it, if more than `limit` linger: the caller does so, and tells
    /// [`ended`](Self::ended).
    pub(crate) fn begin(&mut self, name: K, limit: usize, lives: impl Fn(K) -> bool) -> Option<K> {
        self.order.push_back(name);
        self.living += 1;
        if self.order.len() > 2 * self.living + Self::SLACK {
            self.order.retain(|&name| lives(name));
        }
        if self.living <= limit {
            return None;
        }
        while let Some(oldest) = self.order.pop_front() {
            if lives(oldest) {
                return Some(oldest);
            }
        }
        None
    }

    /// When to forget what lingers until `at`: then or a little later, together with others.
    pub(crate) fn sweep_after(&mut self, at: Instant) -> Instant {
        let sweep = *self.some_sweep.get_or_insert(at);
        match at.checked_duration_since(sweep) {
            Some(since) => at + since_sweep(SWEEP - since_sweep(since)),
            None => at + since_sweep(sweep - at),
        }
    }

    /// One that lingered is gone.
    pub(crate) fn ended(&mut self) {
        self.living = self.living.saturating_sub(1);
    }

    /// How many linger.
    pub(crate) fn len(&self) -> usize {
        self.living
    }
}

/// How much of `duration` is left when whole [`SWEEP`]s are taken off.
fn since_sweep(duration: Duration) -> Duration {
    Duration::from_nanos((duration.subsec_nanos() % SWEEP.subsec_nanos()).into())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What lingers, beside the order of it.
    #[derive(Default)]
    struct Scene {
        lingering: Lingering<u32>,
        living: BTreeSet<u32>,
    }

    impl Scene {
        fn begin(&mut self, name: u32, limit: usize) -> Option<u32> {
            self.living.insert(name);
            let oldest = self.lingering.begin(name, limit, |name| self.living.contains(&name))?;
            self.end(oldest);
            Some(oldest)
        }

        fn end(&mut self, name: u32) {
            assert!(self.living.remove(&name));
            self.lingering.ended();
        }
    }

    #[test]
    fn the_longest_over_gives_way() {
        let mut scene = Scene::default();
        assert_eq!([1, 2, 3].map(|name| scene.begin(name, 2)), [None, None, Some(1)]);
        scene.end(2);
        assert_eq!(scene.begin(4, 2), None, "there was room");
        assert_eq!(scene.begin(5, 2), Some(3), "the second ended by itself");
        assert_eq!(scene.lingering.len(), 2);
        assert_eq!(scene.begin(6, 0), Some(4), "at least one goes for one that comes");
    }

    #[test]
    fn what_ends_within_a_while_is_forgotten_together() {
        let mut lingering = Lingering::<u32>::default();
        let start = Instant::now();
        let mut swept = |ms| {
            let at = start + Duration::from_millis(ms);
            (lingering.sweep_after(at) - start).as_millis()
        };
        assert_eq!(
            [32_050, 32_051, 32_150, 32_249, 64_000].map(&mut swept),
            [32_050, 32_150, 32_150, 32_250, 64_050]
        );
        assert_eq!([5_000, 5_050, 5_051, 0].map(&mut swept), [5_050, 5_050, 5_150, 50], "before the first");
    }

    #[test]
    fn names_of_what_ended_by_itself_do_not_pile_up() {
        let mut scene = Scene::default();
        scene.begin(0, 10);
        for name in 1..10_000 {
            scene.begin(name, 10);
            scene.end(name);
            assert!(scene.lingering.order.len() <= 2 + Lingering::<u32>::SLACK + 2);
        }
        assert_eq!(scene.lingering.len(), 1);
    }
}
