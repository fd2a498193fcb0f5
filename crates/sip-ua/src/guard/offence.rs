//! What is counted against a source.

use std::fmt;

/// Something that a source did and that attackers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offence {
    /// A wrong answer to a challenge, for an account that exists.
    FailedLogin,
    /// An answer to a challenge for an account that does not exist. Weighs what a wrong one weighs, so that a ban does
    /// not tell which of the two it was.
    UnknownAccount,
    /// A challenge was sent. Taken back by a log-in that succeeds: what stays are challenges that nobody answered, as
    /// programs leave behind which try names.
    Challenge,
    /// A number that leads nowhere was dialled.
    UnknownNumber,
    /// Something came that is no SIP message.
    Malformed,
    /// An access list keeps the source out.
    Denied,
    /// A message came above the rate, and was not read.
    Excess,
}

impl Offence {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 7] = [
        Self::FailedLogin,
        Self::UnknownAccount,
        Self::Challenge,
        Self::UnknownNumber,
        Self::Malformed,
        Self::Denied,
        Self::Excess,
    ];

    /// Its name in the configuration and on the console.
    pub fn name(self) -> &'static str {
        match self {
            Self::FailedLogin => "failed_login",
            Self::UnknownAccount => "unknown_account",
            Self::Challenge => "challenge",
            Self::UnknownNumber => "unknown_number",
            Self::Malformed => "malformed",
            Self::Denied => "denied",
            Self::Excess => "excess",
        }
    }

    /// Whether anybody can do it in the name of another address, by writing that address on datagrams. Sources that are
    /// known to be phones are not punished for it.
    pub fn is_traffic(self) -> bool {
        matches!(self, Self::Challenge | Self::Malformed | Self::Denied | Self::Excess)
    }

    pub(super) fn index(self) -> usize {
        match self {
            Self::FailedLogin => 0,
            Self::UnknownAccount => 1,
            Self::Challenge => 2,
            Self::UnknownNumber => 3,
            Self::Malformed => 4,
            Self::Denied => 5,
            Self::Excess => 6,
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How often a source did each of them since it was first seen. A count stops at its largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u32; Offence::ALL.len()]);

impl Counts {
    /// How often it did this.
    pub fn of(&self, offence: Offence) -> u32 {
        self.0[offence.index()]
    }

    /// The offences that it did, and how often.
    pub fn all(&self) -> impl Iterator<Item = (Offence, u32)> + '_ {
        Offence::ALL.into_iter().map(|offence| (offence, self.of(offence))).filter(|(_, count)| *count > 0)
    }

    pub(super) fn add(&mut self, offence: Offence) {
        let count = &mut self.0[offence.index()];
        *count = count.saturating_add(1);
    }

    /// A challenge was answered.
    pub(super) fn take_back_challenge(&mut self) {
        let count = &mut self.0[Offence::Challenge.index()];
        *count = count.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_offence_has_a_place_of_its_own() {
        for (place, offence) in Offence::ALL.into_iter().enumerate() {
            assert_eq!(offence.index(), place);
        }
    }
}
