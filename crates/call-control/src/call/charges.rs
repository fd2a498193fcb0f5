//! What a call costs, as the network of a party tells it (advice of charge).

use sip_ua::charge_advice::ChargeAdvice;

use super::Call;

impl Call {
    /// The party's network tells what the call costs: whoever it is joined with hears of it, or the one who dials.
    pub(super) fn charged(&self, advice: ChargeAdvice) {
        match self.partner() {
            Some(partner) => partner.advise_charges(advice),
            None => self.details().charges = Some(advice),
        }
    }

    /// What the party's network told of charges while nobody was joined with it.
    pub(crate) fn take_charges(&self) -> Option<ChargeAdvice> {
        self.details().charges.take()
    }

    /// Tells the party what its call costs, if it is to know.
    pub(crate) fn advise_charges(&self, advice: ChargeAdvice) {
        if !self.state().is_ended() {
            self.0.driver.advise_charges(advice);
        }
    }
}
