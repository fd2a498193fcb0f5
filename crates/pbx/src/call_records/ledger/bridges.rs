//! Channels that talk to others.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::record::Disposition;
use super::Ledger;
use super::chapter::Stage;

/// Most channels of a bridge that have a record for each two of them. In larger rooms who comes has one of its own, for
/// the records of all pairs would be more than anybody can use.
const MOST_PAIRED: usize = 32;

impl Ledger {
    /// A channel enters a bridge.
    pub(crate) fn bridge_entered(&mut self, now: SystemTime, name: &str, bridge: &Arc<str>) {
        if self.rules.ignore_bridges || !self.rules.enabled {
            return;
        }
        let Some(leg) = self.legs.get_mut(name) else { return };
        let name = leg.name.clone();
        for chapter in leg.open().filter(|chapter| chapter.stage == Stage::Single) {
            chapter.stage = Stage::Bridge(bridge.clone());
        }
        let here = self.bridges.entry(bridge.clone()).or_default();
        let others = here.clone();
        here.push(name.clone());
        if others.len() < MOST_PAIRED {
            for other in others {
                self.pair(now, &name, &other, bridge);
            }
        }
    }

    /// A channel leaves a bridge.
    pub(crate) fn bridge_left(&mut self, now: SystemTime, name: &str, bridge: &Arc<str>) {
        if let Some(here) = self.bridges.get_mut(bridge) {
            here.retain(|member| **member != *name);
            if here.is_empty() {
                self.bridges.remove(bridge);
            }
        }
        let Some(leg) = self.legs.get_mut(name) else { return };
        let seen = leg.seen.clone();
        for chapter in leg.open().filter(|chapter| chapter.is_in(bridge)) {
            chapter.close(now, &seen, Disposition::NoAnswer);
        }
        for owner in leg.peer_of.clone() {
            let Some(leg) = self.legs.get_mut(&owner) else { continue };
            let seen = leg.seen.clone();
            for chapter in leg.open().filter(|chapter| chapter.is_in(bridge) && chapter.has_peer(name)) {
                chapter.close(now, &seen, Disposition::NoAnswer);
            }
        }
    }

    /// Two channels of one bridge have a record together: that of the call from one to the other, or one that waits for its
    /// party B, or a new one.
    fn pair(&mut self, now: SystemTime, one: &Arc<str>, other: &Arc<str>, bridge: &Arc<str>) {
        for (caller, called) in [(one, other), (other, one)] {
            if let Some(chapter) = self.legs.get_mut(caller).and_then(|leg| leg.dial_to(called)) {
                chapter.talk(now, bridge);
                self.wait_alone(now, called, bridge);
                return;
            }
        }
        let (Some(left), Some(right)) = (self.legs.get(one), self.legs.get(other)) else { return };
        // One that was called is party B; then who wants to be party A is it; then the older one.
        let left_rank = (left.called, !left.prefers_a, left.order);
        let (owner, peer) = match left_rank < (right.called, !right.prefers_a, right.order) {
            true => (one, right.as_peer()),
            false => (other, left.as_peer()),
        };
        let Some(leg) = self.legs.get_mut(owner) else { return };
        if !leg.chapters.iter().any(|chapter| chapter.waits_in(bridge))
            && let Some(chapter) = self.next_chapter(now, owner)
        {
            chapter.stage = Stage::Bridge(bridge.clone());
        }
        let peer_name = peer.name.clone();
        let waiting =
            self.legs.get_mut(owner).and_then(|leg| leg.chapters.iter_mut().find(|c| c.waits_in(bridge)));
        if let Some(chapter) = waiting {
            chapter.talk(now, bridge);
            chapter.peer = Some(peer);
        }
        self.wait_alone(now, &peer_name, bridge);
        if let Some(leg) = self.legs.get_mut(&peer_name) {
            leg.peer_of.push(owner.clone());
        }
    }

    /// What a party B did alone is over when it entered; the record begins again if it is party A for somebody who comes
    /// later.
    fn wait_alone(&mut self, now: SystemTime, name: &str, bridge: &Arc<str>) {
        let Some(leg) = self.legs.get_mut(name) else { return };
        for chapter in leg.chapters.iter_mut().filter(|chapter| chapter.waits_in(bridge)) {
            chapter.end.get_or_insert(now);
        }
    }
}
