//! The sources that are remembered: a table that never grows.

use std::hash::BuildHasher;

use super::bucket::Bucket;
use super::offence::Counts;
use super::{Millis, Source};
use crate::hashing::Keyed;

/// Places that a source may be in. It has these alone, so finding one takes the same time however many there are, and
/// whoever wants to push out another one must guess which addresses share its places.
const WAYS: usize = 8;

/// What is known of one source.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) source: Source,
    /// Whether the policy trusts it.
    pub(super) trusted: bool,
    /// It is a phone's until then.
    pub(super) known_until: Millis,
    /// The score as it was then.
    pub(super) score: f32,
    pub(super) scored: Millis,
    pub(super) bucket: Bucket,
    pub(super) banned_until: Millis,
    /// How often it was banned without a long quiet time between.
    pub(super) bans: u32,
    pub(super) counts: Counts,
    /// Messages of it that were not read.
    pub(super) dropped: u64,
    pub(super) seen: Millis,
}

impl Entry {
    pub(super) fn is_banned(&self, now: Millis) -> bool {
        self.banned_until > now
    }

    pub(super) fn is_known(&self, now: Millis) -> bool {
        self.known_until > now
    }

    /// Whether there is less to lose by forgetting this one than the other.
    fn is_worth_less(&self, other: &Self, now: Millis) -> bool {
        let worth = |e: &Self| (e.is_banned(now) || e.is_known(now), e.bans > 0);
        let rest = |e: &Self| (e.score, e.seen);
        let (ours, theirs) = (rest(self), rest(other));
        let by_rest = ours.0.total_cmp(&theirs.0).then(ours.1.cmp(&theirs.1));
        worth(self).cmp(&worth(other)).then(by_rest).is_lt()
    }
}

/// All sources that are remembered.
pub(super) struct Table {
    places: Box<[Option<Entry>]>,
    // Seeded, so that nobody can choose addresses that meet in one place.
    hasher: Keyed,
}

impl Table {
    /// Room for about `sources`, at least for a handful.
    pub(super) fn new(sources: usize) -> Self {
        let sets = sources.div_ceil(WAYS).max(1);
        Self { places: vec![None; sets * WAYS].into(), hasher: Keyed::default() }
    }

    pub(super) fn get_mut(&mut self, source: Source) -> Option<&mut Entry> {
        self.set_of(source).iter_mut().flatten().find(|entry| entry.source == source)
    }

    pub(super) fn get(&self, source: Source) -> Option<&Entry> {
        let start = self.start_of(source);
        self.places[start..start + WAYS].iter().flatten().find(|entry| entry.source == source)
    }

    /// The entry of a source; one that is new takes a free place, or that of the entry which is worth least.
    pub(super) fn entry(&mut self, source: Source, now: Millis, new: impl FnOnce() -> Entry) -> &mut Entry {
        let set = self.set_of(source);
        let found = set.iter().position(|place| place.as_ref().is_some_and(|entry| entry.source == source));
        let place = found.unwrap_or_else(|| {
            let free = set.iter().position(Option::is_none);
            free.unwrap_or_else(|| worth_least(set, now))
        });
        match found {
            Some(_) => set[place].get_or_insert_with(new),
            None => set[place].insert(new()),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.places.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.places.iter_mut().flatten()
    }

    fn set_of(&mut self, source: Source) -> &mut [Option<Entry>] {
        let start = self.start_of(source);
        &mut self.places[start..start + WAYS]
    }

    fn start_of(&self, source: Source) -> usize {
        let sets = (self.places.len() / WAYS) as u64;
        (self.hasher.hash_one(source) % sets) as usize * WAYS
    }
}

fn worth_least(set: &[Option<Entry>], now: Millis) -> usize {
    let mut least = 0;
    for place in 1..set.len() {
        if let (Some(one), Some(so_far)) = (&set[place], &set[least])
            && one.is_worth_less(so_far, now)
        {
            least = place;
        }
    }
    least
}
