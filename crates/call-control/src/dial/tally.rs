//! How a dial ended, counted over its destinations.

use std::fmt;

use crate::cause::HangupCause;
use crate::event::DialCounts;

/// How a dial ended, in the words of `DIALSTATUS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DialStatus {
    /// Somebody answered.
    Answer,
    /// At least one destination was busy and none answered.
    Busy,
    /// It rang, and nobody answered in time.
    NoAnswer,
    /// The caller hung up first.
    Cancel,
    /// At least one destination was congested; none answered or was busy.
    Congestion,
    /// No destination could be reached.
    ChanUnavail,
    /// The destinations were not written as `technology/resource`.
    InvalidArgs,
}

impl fmt::Display for DialStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "ANSWER",
            Self::Busy => "BUSY",
            Self::NoAnswer => "NOANSWER",
            Self::Cancel => "CANCEL",
            Self::Congestion => "CONGESTION",
            Self::ChanUnavail => "CHANUNAVAIL",
            Self::InvalidArgs => "INVALIDARGS",
        })
    }
}

/// Counts how destinations failed.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) counts: DialCounts,
    last: Option<HangupCause>,
}

impl Tally {
    pub(super) fn add(&mut self, cause: HangupCause) {
        self.last = Some(cause);
        match cause {
            HangupCause::USER_BUSY => self.counts.busy += 1,
            HangupCause::CONGESTION => self.counts.congested += 1,
            HangupCause::NO_ANSWER | HangupCause::NORMAL => {}
            _ => self.counts.unavailable += 1,
        }
    }

    /// Any busy wins over any congestion, which wins over any unavailable.
    pub(super) fn verdict(&self) -> (DialStatus, HangupCause) {
        let DialCounts { tried, busy, congested, unavailable } = self.counts;
        let cause = self.last.unwrap_or(HangupCause::NO_ROUTE);
        let status = match (tried, busy, congested, unavailable) {
            (0, ..) => DialStatus::InvalidArgs,
            (_, 1.., ..) => DialStatus::Busy,
            (_, _, 1.., _) => DialStatus::Congestion,
            (_, _, _, 1..) => DialStatus::ChanUnavail,
            _ => DialStatus::NoAnswer,
        };
        (status, cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(causes: &[HangupCause]) -> DialStatus {
        let mut tally = Tally::default();
        for cause in causes {
            tally.counts.tried += 1;
            tally.add(*cause);
        }
        tally.verdict().0
    }

    #[test]
    fn busy_wins_over_congestion_over_unavailable_over_no_answer() {
        use HangupCause as C;
        assert_eq!(verdict(&[C::ABSENT, C::CONGESTION, C::USER_BUSY]), DialStatus::Busy);
        assert_eq!(verdict(&[C::ABSENT, C::CONGESTION]), DialStatus::Congestion);
        assert_eq!(verdict(&[C::NO_ANSWER, C::ABSENT]), DialStatus::ChanUnavail);
        assert_eq!(verdict(&[C::NO_ANSWER]), DialStatus::NoAnswer);
        assert_eq!(verdict(&[]), DialStatus::InvalidArgs);
    }
}
