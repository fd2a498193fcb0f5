//! Which groups channels are in, counted as they come and go.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use call_control::Call;

/// A group within its category.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) category: String,
    pub(super) name: String,
}

/// How many channels are in each group; groups without any are forgotten.
#[derive(Default)]
pub(crate) struct Groups(Mutex<HashMap<Group, usize>>);

impl Groups {
    pub(super) fn count(&self, group: &Group) -> usize {
        self.counts().get(group).copied().unwrap_or(0)
    }

    /// The channels in all groups that are wanted.
    pub(super) fn count_where(&self, wanted: impl Fn(&Group) -> bool) -> usize {
        self.counts().iter().filter(|(group, _)| wanted(group)).map(|(_, count)| count).sum()
    }

    fn join(&self, group: &Group) {
        *self.counts().entry(group.clone()).or_insert(0) += 1;
    }

    fn leave(&self, group: &Group) {
        let mut counts = self.counts();
        if let Some(count) = counts.get_mut(group) {
            *count -= 1;
            if *count == 0 {
                counts.remove(group);
            }
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Group, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Most categories of one channel.
const MOST: usize = 64;

/// The groups of one channel, which it leaves when it goes.
#[derive(Default)]
pub(super) struct Memberships {
    of: Mutex<Vec<Group>>,
    counted_by: OnceLock<Arc<Groups>>,
}

impl Memberships {
    /// The groups of a channel, the one that it joined last at the end.
    pub(super) fn of(call: &Call) -> Vec<Group> {
        call.kept::<Self>().map(|kept| kept.groups().clone()).unwrap_or_default()
    }

    /// Puts a channel in a group of a category, and out of the one where it was; an empty name only does the latter.
    /// Answers whether there was room.
    pub(super) fn change(call: &Call, groups: &Arc<Groups>, group: Group) -> bool {
        let kept = call.keep::<Self>();
        let _ = kept.counted_by.set(groups.clone());
        let mut own = kept.groups();
        if let Some(at) = own.iter().position(|known| known.category == group.category) {
            groups.leave(&own.remove(at));
        }
        if group.name.is_empty() {
            return true;
        }
        if own.len() >= MOST {
            return false;
        }
        groups.join(&group);
        own.push(group);
        true
    }

    fn groups(&self) -> MutexGuard<'_, Vec<Group>> {
        self.of.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Memberships {
    fn drop(&mut self) {
        if let Some(groups) = self.counted_by.get() {
            self.groups().iter().for_each(|group| groups.leave(group));
        }
    }
}
