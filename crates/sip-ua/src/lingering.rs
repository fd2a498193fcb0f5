//! What is over and must still be known for a while, so that what is repeated finds it: bounded, the longest over goes first.

use std::collections::VecDeque;

/// The names of what lingers, the longest over first.
///
/// Most end by their time. Their names are dropped as they surface, or once they are more than those that live.
#[derive(Debug)]
pub(crate) struct Lingering<K> {
    order: VecDeque<K>,
    living: usize,
}

impl<K> Default for Lingering<K> {
    fn default() -> Self {
        Self { order: VecDeque::new(), living: 0 }
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

    /// One that lingered is gone.
    pub(crate) fn ended(&mut self) {
        self.living = self.living.saturating_sub(1);
    }

    /// How many linger.
    pub(crate) fn len(&self) -> usize {
        self.living
    }
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
