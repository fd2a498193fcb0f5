//! At which rate members take part.
//!
//! A codec that has one rate takes part at that. One that has several, Opus, does so at the best rate of the others: it need not
//! decode what nobody hears, nor encode what nobody says. Two of them hear all that there is of each other, unless they have told
//! (`maxplaybackrate`, `sprop-maxcapturerate`) that there is less.

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
        // The two that say the most: one of them is another than whoever hears.
        let (mut most, mut next, mut fixed) = (0, 0, None);
        let tunings = || members.iter().filter_map(|(_, member)| Some((member, member.tuning?)));
        for (member, tuning) in tunings() {
            let says = match tuning.codec.has_several_rates() {
                true => tuning.says,
                false => {
                    fixed = fixed.max(Some(member.band.rate()));
                    member.band.rate()
                }
            };
            (most, next) = if says > most { (says, most) } else { (most, next.max(says)) };
        }
        let several =
            || tunings().map(|(_, tuning)| tuning).filter(|tuning| tuning.codec.has_several_rates());
        let alone = fixed.is_none() && several().nth(1).is_none();
        let heard = several().map(|tuning| {
            let said = match () {
                // There is nobody else, and prompts have any rate.
                () if alone => u32::MAX,
                () if tuning.says == most => next,
                () => most,
            };
            tuning.hears().min(said)
        });
        let best = heard.max().unwrap_or(self.highest).max(fixed.unwrap_or(0)).max(listeners().min(most));
        let before = self.of_any;
        // Bands are wide enough for what is between them.
        self.of_any = wide_enough(best).min(self.highest);
        self.of_any != before
    }
}

/// The rate of a band that has all of that.
fn wide_enough(rate: u32) -> u32 {
    match rate {
        ..8_001 => 8_000,
        8_001..16_001 => 16_000,
        16_001..24_001 => 24_000,
        24_001..32_001 => 32_000,
        _ => 48_000,
    }
}
