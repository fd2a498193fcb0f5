//! A phone that is told when the party at the far end of its call holds.

/// A hold of the far end, and what the phone was told of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PassedHold {
    /// The far end holds.
    wanted: bool,
    told: bool,
    offered: bool,
    /// An offer of ours has crossed one of the phone's.
    crossed: bool,
}

impl PassedHold {
    /// The far end holds, or does so no more; nothing where an offer has waited long enough.
    pub(super) fn want(&mut self, held: Option<bool>) {
        self.wanted = held.unwrap_or(self.wanted);
        self.crossed &= held.is_some();
    }

    /// Whether the phone believes something else, and is to be told now.
    pub(super) fn is_due(self) -> bool {
        self.wanted != self.told && !self.crossed
    }

    /// An offer was refused. True for one that crossed another and is made anew later; any other is given up, and the phone stays as it
    /// is.
    pub(super) fn failed(&mut self, status: u16) -> bool {
        if status != 491 {
            self.told = self.offered;
            return false;
        }
        let waits = self.is_due();
        self.crossed |= waits;
        waits
    }

    /// An offer goes out, of our own media or of that of another party.
    pub(super) fn offers(&mut self, own: bool) {
        self.offered = self.wanted && own;
    }

    /// The phone has accepted our offer.
    pub(super) fn accepted(&mut self) {
        self.told = self.offered;
    }

    /// An offer of the phone's is answered with our own media.
    pub(super) fn answers(&mut self) {
        self.told = self.wanted;
    }

    /// What descriptions of our media say.
    pub(super) fn direction(self) -> sdp::Direction {
        if self.wanted { sdp::Direction::SendOnly } else { sdp::Direction::SendRecv }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_told_once_of_each_change() {
        let mut holds = PassedHold::default();
        assert!(!holds.is_due());
        holds.want(Some(true));
        assert_eq!((holds.is_due(), holds.direction()), (true, sdp::Direction::SendOnly));
        holds.offers(true);
        holds.accepted();
        assert!(!holds.is_due());
        holds.want(Some(false));
        assert_eq!((holds.is_due(), holds.direction()), (true, sdp::Direction::SendRecv));
        holds.answers();
        assert!(!holds.is_due(), "the answer to an offer of its own says it too");
    }

    #[test]
    fn an_offer_that_crossed_another_waits_and_one_that_was_refused_is_not_repeated() {
        let mut holds = PassedHold::default();
        holds.want(Some(true));
        holds.offers(true);
        assert!(holds.failed(491));
        assert!(!holds.is_due() && !holds.failed(491), "it waits already");
        holds.want(None);
        assert!(holds.is_due());
        holds.offers(true);
        assert!(!holds.failed(488));
        assert!(!holds.is_due());
        holds.want(Some(false));
        assert!(holds.is_due(), "what it believes now is not known");
    }

    #[test]
    fn a_change_of_mind_while_an_offer_flies_is_told_after_it() {
        let mut holds = PassedHold::default();
        holds.want(Some(true));
        holds.offers(true);
        holds.want(Some(false));
        holds.accepted();
        assert!(holds.is_due());
    }
}
