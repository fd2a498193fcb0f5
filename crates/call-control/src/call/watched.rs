//! Facts of a channel that change, and tasks that follow them.
//!
//! A channel has ten of them, of which most calls follow three: one that nobody follows is its value and 48 octets more.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::facets::Facets;

/// A value that may be followed.
pub(crate) struct Watched<T>(Mutex<Inner<T>>);

struct Inner<T> {
    value: T,
    /// Counts the changes. It wraps: nobody sleeps through four thousand million of them.
    version: u32,
    closed: bool,
    followers: u32,
    next_key: u32,
    /// Who waits for a change, by a key of its own.
    waiting: Vec<(u32, Waker)>,
}

impl<T: Default> Default for Watched<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        let waiting = Vec::new();
        Self(Mutex::new(Inner { value, version: 0, closed: false, followers: 0, next_key: 0, waiting }))
    }

    /// The value now.
    pub(crate) fn get(&self) -> T
    where
        T: Clone,
    {
        self.lock().value.clone()
    }

    /// Puts another value there and tells all followers, also where it is the same; the old one is returned.
    pub(crate) fn set(&self, value: T) -> T {
        let mut inner = self.lock();
        let old = std::mem::replace(&mut inner.value, value);
        inner.changed().wake(inner);
        old
    }

    /// Lets `change` have a look, and tells all followers when it says that it changed something. Tells whether it did.
    pub(crate) fn change(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
        let mut inner = self.lock();
        let changed = change(&mut inner.value);
        if changed {
            inner.changed().wake(inner);
        }
        changed
    }

    /// Whether anybody follows it.
    pub(crate) fn is_followed(&self) -> bool {
        self.lock().followers > 0
    }

    /// No change comes any more.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        Woken(std::mem::take(&mut inner.waiting)).wake(inner);
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who waited for a change.
struct Woken(Vec<(u32, Waker)>);

impl Woken {
    /// Wakes them once nobody holds the lock that they will want.
    fn wake<T>(self, inner: MutexGuard<'_, Inner<T>>) {
        drop(inner);
        self.0.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

impl<T> Inner<T> {
    fn changed(&mut self) -> Woken {
        self.version = self.version.wrapping_add(1);
        Woken(std::mem::take(&mut self.waiting))
    }
}

/// Follows a fact of a channel: [`Call::watch_state`](super::Call::watch_state) and its like make one. It does not keep the channel
/// alive.
pub struct Follower<T: 'static> {
    facets: Arc<Facets>,
    of: fn(&Facets) -> &Watched<T>,
    seen: u32,
}

/// The channel is gone, so that nothing changes any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the channel is gone")]
pub struct ChannelGone;

impl<T: Clone> Follower<T> {
    /// Follows what is to be found there, from now on.
    pub(super) fn new(facets: &Arc<Facets>, of: fn(&Facets) -> &Watched<T>) -> Self {
        let mut inner = of(facets).lock();
        inner.followers += 1;
        let seen = inner.version;
        drop(inner);
        Self { facets: facets.clone(), of, seen }
    }

    /// The value now.
    pub fn get(&self) -> T {
        self.watched().get()
    }

    /// The value now, of which [`Self::changed`] tells no more.
    pub fn latest(&mut self) -> T {
        let inner = (self.of)(&self.facets).lock();
        self.seen = inner.version;
        inner.value.clone()
    }

    /// Waits for a change that was not told yet.
    ///
    /// # Errors
    /// [`ChannelGone`] when none can come.
    pub async fn changed(&mut self) -> Result<(), ChannelGone> {
        let mut wait = Wait { watched: (self.of)(&self.facets), seen: self.seen, key: None };
        let changed = poll_fn(|context| wait.poll(context)).await;
        drop(wait);
        self.seen = changed?;
        Ok(())
    }

    /// Waits until the value is as `wanted`, and tells it.
    ///
    /// # Errors
    /// [`ChannelGone`] when that cannot come about any more.
    pub async fn wait_for(&mut self, mut wanted: impl FnMut(&T) -> bool) -> Result<T, ChannelGone> {
        loop {
            let value = self.latest();
            if wanted(&value) {
                return Ok(value);
            }
            self.changed().await?;
        }
    }

    fn watched(&self) -> &Watched<T> {
        (self.of)(&self.facets)
    }
}

impl<T> Drop for Follower<T> {
    fn drop(&mut self) {
        (self.of)(&self.facets).lock().followers -= 1;
    }
}

impl<T: Clone + fmt::Debug> fmt::Debug for Follower<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Follower").field(&self.get()).finish()
    }
}

/// One wait for a change.
struct Wait<'a, T> {
    watched: &'a Watched<T>,
    seen: u32,
    key: Option<u32>,
}

impl<T> Wait<'_, T> {
    /// The version that is there now, once it is another one.
    fn poll(&mut self, context: &Context<'_>) -> Poll<Result<u32, ChannelGone>> {
        let mut inner = self.watched.lock();
        if inner.version != self.seen {
            return Poll::Ready(Ok(inner.version));
        }
        if inner.closed {
            return Poll::Ready(Err(ChannelGone));
        }
        let known = self.key.and_then(|key| inner.waiting.iter_mut().find(|(it, _)| *it == key));
        match known {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => {
                let key = inner.next_key;
                inner.next_key = key.wrapping_add(1);
                inner.waiting.push((key, context.waker().clone()));
                self.key = Some(key);
            }
        }
        Poll::Pending
    }
}

impl<T> Drop for Wait<'_, T> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            self.watched.lock().waiting.retain(|(it, _)| *it != key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn held() -> (Arc<Facets>, Follower<bool>) {
        let facets = Arc::new(Facets::default());
        let follower = Follower::new(&facets, |facets| &facets.held);
        (facets, follower)
    }

    #[tokio::test]
    async fn a_change_before_the_wait_is_told_once() {
        let (facets, mut follower) = held();
        facets.held.set(true);
        follower.changed().await.unwrap();
        assert!(follower.get());
        let again = tokio::time::timeout(Duration::from_millis(1), follower.changed());
        assert!(again.await.is_err());
    }

    #[tokio::test]
    async fn a_change_wakes_all_who_wait() {
        let (facets, _) = held();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let mut follower = Follower::new(&facets, |facets| &facets.held);
                tokio::spawn(async move { follower.wait_for(|held| *held).await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(facets.held.is_followed());
        facets.held.set(true);
        for task in waiting {
            assert_eq!(task.await.unwrap(), Ok(true));
        }
        assert!(!facets.held.is_followed());
    }

    #[tokio::test]
    async fn the_end_of_the_channel_ends_a_wait() {
        let (facets, mut follower) = held();
        facets.close();
        assert_eq!(follower.changed().await, Err(ChannelGone));
        // What was there last counts.
        assert_eq!(follower.wait_for(|held| !held).await, Ok(false));
        assert_eq!(follower.wait_for(|held| *held).await, Err(ChannelGone));
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_leaves_nothing() {
        let (facets, mut follower) = held();
        for _ in 0..3 {
            let _ = tokio::time::timeout(Duration::from_millis(1), follower.changed()).await;
        }
        assert!(facets.held.lock().waiting.is_empty());
    }

    proptest! {
        /// Whatever happens between two looks, a follower ends with the last value, and hears of changes only if there were some.
        #[test]
        fn no_change_is_lost(steps in proptest::collection::vec((any::<bool>(), any::<bool>()), 0..20)) {
            let (facets, mut follower) = held();
            let mut context = Context::from_waker(Waker::noop());
            let mut untold = false;
            for (looks, value) in steps {
                if looks {
                    let told = {
                        let changed = std::pin::pin!(follower.changed());
                        changed.poll(&mut context).is_ready()
                    };
                    prop_assert_eq!(told, untold);
                    untold = false;
                } else {
                    facets.held.set(value);
                    untold = true;
                }
                prop_assert_eq!(follower.get(), facets.held.get());
            }
        }
    }
}
