//! Who is let in: what attackers do is counted by source, and whoever does too much of it is slowed, then banned.
//!
//! [`Guard`] neither reads a clock nor touches a socket. [`SharedGuard`] is the same for several tasks, on the system's
//! clock: the driver asks it before it reads a message, the application tells it who failed to log in.
//!
//! ```text
//!   admit --> trusted ------------------------------> serve
//!        \--> banned -------------------------------> refuse
//!         \-> known or strange --> rate --+---------> serve
//!   note --> score --> slowed --> banned   \--------> shed
//! ```
//!
//! Memory is taken once, for [`GuardPolicy::sources`] sources; a flood from more addresses than that makes the guard
//! forget those that matter least. Addresses of IPv6 are counted by their first 64 bits.

// The words that all the others use.
mod network;
mod offence;
mod policy;
mod source;
// What the guard is made of.
mod bucket;
mod shared;
mod table;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, Instant};

pub use network::{AccessList, Network};
pub use offence::{Counts, Offence};
pub use policy::GuardPolicy;
pub use shared::SharedGuard;
pub use source::Source;

use bucket::Bucket;
use table::{Entry, Table};

/// Milliseconds since the first moment that the guard heard of. That moment is 1, so that 0 is before everything.
type Millis = u64;

/// Events that wait for whoever polls them; beyond it the oldest are lost.
const EVENTS: usize = 1024;

/// A score below this counts as none.
const NEARLY_NOTHING: f32 = 0.05;

/// What becomes of a message, before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is read.
    Serve(Standing),
    /// It is passed over: its source sends more than it may. On a stream it waits.
    Shed,
    /// It is passed over: its source is banned. A stream is closed.
    Refuse,
}

/// What is thought of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It has proven nothing yet.
    Stranger,
    /// A phone is registered from there, or a call is up.
    Known,
    /// The configuration trusts it.
    Trusted,
}

/// Something that the operator should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GuardEvent {
    /// A source is slowed from now on.
    Slowed {
        /// The source.
        source: Source,
        /// What it did.
        counts: Counts,
    },
    /// A source is banned.
    Banned {
        /// The source.
        source: Source,
        /// For how long.
        time: Duration,
        /// The how-manieth time in a row, from 1.
        repetition: u32,
        /// What it did.
        counts: Counts,
        /// Whether somebody ordered it.
        by_hand: bool,
    },
    /// Somebody ended a ban.
    Released {
        /// The source.
        source: Source,
    },
}

/// What is known of a source, for a person to read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SourceStatus {
    /// The source.
    pub source: Source,
    /// What is thought of it.
    pub standing: Standing,
    /// Its score now.
    pub score: f32,
    /// Whether it is slowed.
    pub slowed: bool,
    /// How much of a ban is left.
    pub banned_for: Option<Duration>,
    /// How often it was banned in a row.
    pub bans: u32,
    /// What it did.
    pub counts: Counts,
    /// Messages of it that were not read.
    pub dropped: u64,
    /// How long ago it was heard of.
    pub quiet_for: Duration,
}

/// Counts what sources do, and decides whose messages are read.
///
/// Tell it the time and what happens; poll [`poll_event`](Self::poll_event) after each. It has no timers: bans end by
/// themselves when their time is up.
pub struct Guard {
    policy: GuardPolicy,
    table: Table,
    /// What all strangers together may send.
    strangers: Bucket,
    /// Whether whoever is guarded has more to do than is good.
    crowded: bool,
    origin: Option<Instant>,
    events: VecDeque<GuardEvent>,
}

impl Guard {
    /// A guard that knows nobody.
    pub fn new(policy: GuardPolicy) -> Self {
        Self {
            table: Table::new(policy.sources),
            strangers: Bucket::full(0, policy.request_rate_strangers),
            policy,
            crowded: false,
            origin: None,
            events: VecDeque::new(),
        }
    }

    /// The rules in force.
    pub fn policy(&self) -> &GuardPolicy {
        &self.policy
    }

    /// Other rules from now on. What is known of sources stays; those that are trusted now are released. The number of
    /// sources stays as it was at the start.
    pub fn set_policy(&mut self, policy: GuardPolicy) {
        self.policy = GuardPolicy { sources: self.policy.sources, ..policy };
        for entry in self.table.iter_mut() {
            entry.trusted = self.policy.trusts(entry.source.address());
            if entry.trusted {
                (entry.score, entry.banned_until) = (0.0, 0);
            }
        }
    }

    /// Whether strangers are turned away for now, because what is guarded is half full of their requests.
    pub fn set_crowded(&mut self, crowded: bool) {
        self.crowded = crowded;
    }

    /// Decides what becomes of a message from `address`.
    pub fn admit(&mut self, now: Instant, address: IpAddr) -> Decision {
        let now = self.millis(now);
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        entry.seen = now;
        if entry.trusted {
            return Decision::Serve(Standing::Trusted);
        }
        if entry.is_banned(now) {
            entry.dropped += 1;
            return Decision::Refuse;
        }
        let standing = if entry.is_known(now) { Standing::Known } else { Standing::Stranger };
        let rate = match standing {
            _ if is_slowed(entry, &self.policy, now) => self.policy.slow_rate,
            Standing::Stranger => self.policy.request_rate,
            _ => self.policy.request_rate_known,
        };
        if !entry.bucket.take(now, rate) {
            entry.dropped += 1;
            punish(entry, &self.policy, now, Offence::Excess, &mut self.events);
            return Decision::Shed;
        }
        let all_strangers = self.policy.request_rate_strangers;
        if standing == Standing::Stranger && (self.crowded || !self.strangers.take(now, all_strangers)) {
            // That there are too many of them is not the fault of this one.
            entry.dropped += 1;
            return Decision::Shed;
        }
        Decision::Serve(standing)
    }

    /// Notes what a source did.
    pub fn note(&mut self, now: Instant, address: IpAddr, offence: Offence) {
        let now = self.millis(now);
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        punish(entry, &self.policy, now, offence, &mut self.events);
    }

    /// A source has proven who it is: the challenge that it answered is taken back.
    pub fn note_success(&mut self, now: Instant, address: IpAddr) {
        let now = self.millis(now);
        let weight = self.policy.weight(Offence::Challenge);
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        let was_counted = entry.counts.of(Offence::Challenge) > 0 && !entry.is_known(now);
        entry.counts.take_back_challenge();
        if was_counted {
            entry.score = (score_at(entry, &self.policy, now) - weight).max(0.0);
            entry.scored = now;
        }
    }

    /// A source is known to be a phone's for this long: it registered, or a call with it is up.
    pub fn welcome(&mut self, now: Instant, address: IpAddr, time: Duration) {
        let now = self.millis(now);
        let until = now.saturating_add(as_millis(time));
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        entry.known_until = entry.known_until.max(until);
    }

    /// What is thought of a source.
    pub fn standing(&mut self, now: Instant, address: IpAddr) -> Standing {
        let now = self.millis(now);
        match self.table.get(Source::of(address)) {
            Some(entry) if entry.trusted => Standing::Trusted,
            Some(entry) if entry.is_known(now) => Standing::Known,
            None if self.policy.trusts(address) => Standing::Trusted,
            _ => Standing::Stranger,
        }
    }

    /// Bans a source, for as long as told or as it deserves. False when it is trusted: then nothing happens.
    pub fn ban(&mut self, now: Instant, address: IpAddr, time: Option<Duration>) -> bool {
        let now = self.millis(now);
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        if entry.trusted {
            return false;
        }
        shut_out(entry, &self.policy, now, Some(time), &mut self.events);
        true
    }

    /// Bans a source that an earlier process had banned, for what was left of it; `bans` is how often it was banned in a
    /// row. Nobody is told. A trusted source is let in all the same.
    pub fn restore_ban(&mut self, now: Instant, address: IpAddr, left: Duration, bans: u32) {
        let now = self.millis(now);
        let entry = entry_of(&mut self.table, &self.policy, now, address);
        if !entry.trusted {
            entry.banned_until = now.saturating_add(as_millis(left));
            entry.bans = bans;
        }
    }

    /// Ends the ban of a source, and forgets what it did. False when there was nothing to forget.
    pub fn release(&mut self, now: Instant, address: IpAddr) -> bool {
        let now = self.millis(now);
        let Some(entry) = self.table.get_mut(Source::of(address)) else { return false };
        let had = entry.is_banned(now) || entry.bans > 0 || entry.counts != Counts::default();
        forgive(entry, now, &mut self.events);
        had
    }

    /// Ends all bans; how many there were.
    pub fn release_all(&mut self, now: Instant) -> usize {
        let now = self.millis(now);
        let events = &mut self.events;
        let banned = self.table.iter_mut().filter(|entry| entry.is_banned(now));
        banned.map(|entry| forgive(entry, now, events)).count()
    }

    /// The sources that are banned, the longest first.
    pub fn bans(&mut self, now: Instant) -> Vec<SourceStatus> {
        let mut bans = self.sources(now);
        bans.retain(|status| status.banned_for.is_some());
        bans.sort_by_key(|status| std::cmp::Reverse(status.banned_for));
        bans
    }

    /// All sources that are remembered, those with the highest score first.
    pub fn sources(&mut self, now: Instant) -> Vec<SourceStatus> {
        let now = self.millis(now);
        let mut all: Vec<_> = self.table.iter().map(|entry| status(entry, &self.policy, now)).collect();
        let worst = |s: &SourceStatus| (s.banned_for.is_some(), s.score);
        all.sort_by(|a, b| {
            let ((a_banned, a_score), (b_banned, b_score)) = (worst(a), worst(b));
            b_banned.cmp(&a_banned).then(b_score.total_cmp(&a_score)).then(a.source.cmp(&b.source))
        });
        all
    }

    /// The next thing that the operator should hear of.
    pub fn poll_event(&mut self) -> Option<GuardEvent> {
        self.events.pop_front()
    }

    fn millis(&mut self, now: Instant) -> Millis {
        let origin = *self.origin.get_or_insert(now);
        as_millis(now.saturating_duration_since(origin)).saturating_add(1)
    }
}

fn as_millis(time: Duration) -> Millis {
    Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX)
}

fn entry_of<'t>(table: &'t mut Table, policy: &GuardPolicy, now: Millis, address: IpAddr) -> &'t mut Entry {
    let source = Source::of(address);
    table.entry(source, now, || Entry {
        source,
        trusted: policy.trusts(address),
        known_until: 0,
        score: 0.0,
        scored: now,
        bucket: Bucket::full(now, policy.request_rate),
        banned_until: 0,
        bans: 0,
        counts: Counts::default(),
        dropped: 0,
        seen: now,
    })
}

/// What is left of a score.
fn score_at(entry: &Entry, policy: &GuardPolicy, now: Millis) -> f32 {
    let half_life = as_millis(policy.half_life).max(1) as f32;
    let passed = now.saturating_sub(entry.scored) as f32;
    let score = entry.score * (-passed / half_life).exp2();
    if score < NEARLY_NOTHING { 0.0 } else { score }
}

/// How much more a source may do than a stranger.
fn factor(entry: &Entry, policy: &GuardPolicy, now: Millis) -> f32 {
    if entry.is_known(now) { policy.known_factor } else { 1.0 }
}

fn is_slowed(entry: &Entry, policy: &GuardPolicy, now: Millis) -> bool {
    entry.score > 0.0 && score_at(entry, policy, now) >= policy.slow_score * factor(entry, policy, now)
}

/// Adds an offence to the score, and draws the consequences.
fn punish(
    entry: &mut Entry,
    policy: &GuardPolicy,
    now: Millis,
    offence: Offence,
    events: &mut VecDeque<GuardEvent>,
) {
    entry.counts.add(offence);
    let spared = offence.is_traffic() && entry.is_known(now);
    if entry.trusted || entry.is_banned(now) || spared {
        return;
    }
    let was_slowed = is_slowed(entry, policy, now);
    let before = score_at(entry, policy, now);
    (entry.score, entry.scored) = (before + policy.weight(offence), now);
    if entry.score >= policy.ban_score * factor(entry, policy, now) {
        shut_out(entry, policy, now, None, events);
    } else if !was_slowed && is_slowed(entry, policy, now) {
        tell(events, GuardEvent::Slowed { source: entry.source, counts: entry.counts });
    }
}

/// Bans a source: for what it did, or because somebody says so (`by_hand`), perhaps with a time.
fn shut_out(
    entry: &mut Entry,
    policy: &GuardPolicy,
    now: Millis,
    by_hand: Option<Option<Duration>>,
    events: &mut VecDeque<GuardEvent>,
) {
    let quiet = now.saturating_sub(entry.banned_until);
    if quiet > as_millis(policy.ban_time_max) {
        entry.bans = 0;
    }
    let time = by_hand.flatten().unwrap_or_else(|| policy.ban_after(entry.bans));
    entry.bans = entry.bans.saturating_add(1);
    entry.banned_until = now.saturating_add(as_millis(time));
    (entry.score, entry.scored) = (0.0, now);
    let (source, counts, repetition) = (entry.source, entry.counts, entry.bans);
    tell(events, GuardEvent::Banned { source, time, repetition, counts, by_hand: by_hand.is_some() });
}

fn forgive(entry: &mut Entry, now: Millis, events: &mut VecDeque<GuardEvent>) {
    if entry.is_banned(now) {
        tell(events, GuardEvent::Released { source: entry.source });
    }
    (entry.score, entry.banned_until, entry.bans, entry.counts) = (0.0, 0, 0, Counts::default());
}

fn tell(events: &mut VecDeque<GuardEvent>, event: GuardEvent) {
    if events.len() >= EVENTS {
        events.pop_front();
    }
    events.push_back(event);
}

fn status(entry: &Entry, policy: &GuardPolicy, now: Millis) -> SourceStatus {
    let known = if entry.is_known(now) { Standing::Known } else { Standing::Stranger };
    let left = entry.banned_until.saturating_sub(now);
    SourceStatus {
        source: entry.source,
        standing: if entry.trusted { Standing::Trusted } else { known },
        score: score_at(entry, policy, now),
        slowed: is_slowed(entry, policy, now),
        banned_for: (left > 0).then(|| Duration::from_millis(left)),
        bans: entry.bans,
        counts: entry.counts,
        dropped: entry.dropped,
        quiet_for: Duration::from_millis(now.saturating_sub(entry.seen)),
    }
}
