//! At which rate members take part.
//!
//! A codec that has one rate takes part at that. One that has several, Opus, does so at the best rate of the others: it need not
//! decode what nobody hears, nor encode what nobody says. Two of them hear all that there is of each other.

use slab::Slab;

use super::bands::BandId;
use super::member::Member;
use crate::leg::Tuning;

/// The rates of a room.
pub(super) struct Rates {
    /// Samples a second that nobody hears more of.
    highest: u32,
    /// The same for those who could hear at any rate.
    of_any: u32,
    /// Somebody came or went, or speaks another codec.
    stale: bool,
}

impl Rates {
    pub(super) fn up_to(highest: u32) -> Self {
        Self { highest, of_any: highest, stale: false }
    }

    /// The band that a member takes part in.
    pub(super) fn band(&self, tuning: Tuning) -> BandId {
        let most = if tuning.codec.has_several_rates() { self.of_any } else { self.highest };
        BandId::of(tuning.codec.sample_rate().min(most))
    }

    /// Those who take part are others, or take part in another manner.
    pub(super) fn forget(&mut self) {
        self.stale = true;
    }

    /// Looks at who takes part, and says whether bands are others now. `listeners` is the best rate of those who are no members.
    pub(super) fn settle(&mut self, members: &Slab<Member>, listeners: impl FnOnce() -> u32) -> bool {
        if !std::mem::take(&mut self.stale) {
            return false;
        }
        let (mut any, mut best) = (0, None);
        for (member, tuning) in members.iter().filter_map(|(_, member)| Some((member, member.tuning?))) {
            match tuning.codec.has_several_rates() {
                true => any += 1,
                false => best = best.max(Some(member.band.rate())),
            }
        }
        let before = self.of_any;
        self.of_any = match best {
            Some(best) if any < 2 => best.max(listeners()).min(self.highest),
            _ => self.highest,
        };
        self.of_any != before
    }
}
