//! SIP status codes and Q.850 causes, both ways: one table for the whole exchange.

use crate::cause::HangupCause;

/// The cause that a final SIP response stands for.
pub fn from_status(status: u16) -> HangupCause {
    HangupCause::from_code(match status {
        200..=299 => 16,
        300..=399 => 23,
        401 | 403 | 407 | 603 => 21,
        404 | 485 | 604 => 1,
        408 => 18,
        409 => 41,
        410 => 22,
        420 => 3,
        480 | 483 => 19,
        484 => 28,
        486 | 600 => 17,
        487 => 16,
        488 | 606 => 58,
        500 => 38,
        501 => 29,
        502 => 27,
        503 => 34,
        504 => 102,
        505..=599 => 34,
        _ => 127,
    })
}

/// The final response that tells an unanswered caller of `cause`.
pub fn to_status(cause: HangupCause) -> u16 {
    match cause.code() {
        1..=3 => 404,
        17 => 486,
        18 => 408,
        19 | 20 | 31 => 480,
        21 => 403,
        22 => 410,
        23 => 302,
        25 => 483,
        27 => 502,
        28 => 484,
        29 => 501,
        34 | 42 | 66 => 503,
        38 | 127 => 500,
        58 => 488,
        // A caller whose dialplan simply ends is declined.
        _ => 603,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_causes_that_dialplans_test_for() {
        assert_eq!(from_status(486), HangupCause::USER_BUSY);
        assert_eq!(from_status(603), HangupCause::REJECTED);
        assert_eq!(from_status(480), HangupCause::NO_ANSWER);
        assert_eq!(from_status(503), HangupCause::CONGESTION);
        assert_eq!(from_status(599), HangupCause::CONGESTION);
        assert_eq!(from_status(499), HangupCause::INTERWORKING);
    }

    #[test]
    fn busy_congestion_and_unknown_numbers_reach_the_caller_as_such() {
        assert_eq!(to_status(HangupCause::USER_BUSY), 486);
        assert_eq!(to_status(HangupCause::CONGESTION), 503);
        assert_eq!(to_status(HangupCause::UNALLOCATED), 404);
        assert_eq!(to_status(HangupCause::NORMAL), 603);
    }
}
