//! SIP status codes and Q.850 causes, both ways: one table for the whole exchange.

use sip_parser::{HeaderName, Message};

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
        505 => 127,
        506..=599 => 34,
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

/// The cause that a message gives in Reason (RFC 3326): that of Q.850, else what a status of SIP stands for.
pub(super) fn from_reason(message: &Message) -> Option<HangupCause> {
    let reasons = || message.values(&HeaderName::Reason);
    let answered_elsewhere = reasons().find_map(sip_cause).filter(|status| *status == 200);
    match answered_elsewhere {
        Some(_) => Some(HangupCause::ANSWERED_ELSEWHERE),
        None => reasons().find_map(q850_cause).or_else(|| reasons().find_map(sip_cause).map(from_status)),
    }
}

/// The Reason that tells `cause`, to a peer that is not told those of Q.850 perhaps. A phone that reads `SIP;cause=200` in a
/// CANCEL notes no missed call.
pub(super) fn reason_of(cause: HangupCause, suppress_q850: bool) -> Option<String> {
    if cause == HangupCause::ANSWERED_ELSEWHERE {
        return Some("SIP;cause=200;text=\"Call completed elsewhere\"".to_owned());
    }
    (!suppress_q850).then(|| format!("Q.850;cause={};text=\"{}\"", cause.code(), cause.text()))
}

/// Reads `Q.850;cause=17`.
fn q850_cause(reason: &str) -> Option<HangupCause> {
    cause_of("Q.850", reason).and_then(|value| value.parse().ok()).map(HangupCause::from_code)
}

/// Reads `SIP;cause=200`, a final status.
fn sip_cause(reason: &str) -> Option<u16> {
    cause_of("SIP", reason).and_then(|value| value.parse().ok()).filter(|status| (200..700).contains(status))
}

/// The cause in a reason of this protocol.
fn cause_of<'r>(protocol: &str, reason: &'r str) -> Option<&'r str> {
    let (named, params) = reason.split_once(';')?;
    let params = named.trim().eq_ignore_ascii_case(protocol).then_some(params)?;
    params.split(';').find_map(|param| {
        let (name, value) = param.split_once('=')?;
        name.trim().eq_ignore_ascii_case("cause").then(|| value.trim())
    })
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

    #[test]
    fn the_reasons_of_a_message_are_weighed() {
        let of = |reasons: &str| {
            let text = format!(
                "CANCEL sip:a@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1\r\n\
                 From: <sip:b@192.0.2.2>;tag=1\r\nTo: <sip:a@192.0.2.1>\r\nCall-ID: a\r\nCSeq: 1 CANCEL\r\n\
                 {reasons}\r\n"
            );
            from_reason(&Message::parse(text.into()).unwrap())
        };
        let elsewhere = Some(HangupCause::ANSWERED_ELSEWHERE);
        assert_eq!(of("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"), elsewhere);
        assert_eq!(of("Reason: Q.850;cause=16\r\nReason: sip ; cause=200\r\n"), elsewhere);
        assert_eq!(of("Reason: Q.850;cause=26\r\n"), elsewhere);
        assert_eq!(of("Reason: SIP;cause=486, Q.850;cause=34\r\n"), Some(HangupCause::CONGESTION));
        assert_eq!(of("Reason: SIP;cause=486\r\n"), Some(HangupCause::USER_BUSY));
        assert_eq!(of("Reason: SIP;cause=99\r\n"), None);
        assert_eq!(of("Reason: preemption;cause=1\r\n"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn the_reason_of_a_message_is_read_and_written() {
        assert_eq!(q850_cause("Q.850;cause=17;text=\"User busy\""), Some(HangupCause::USER_BUSY));
        assert_eq!(q850_cause("q.850 ; cause=34"), Some(HangupCause::CONGESTION));
        assert_eq!(q850_cause("SIP;cause=200"), None);
        assert_eq!(q850_cause("garbage"), None);
        let busy = reason_of(HangupCause::USER_BUSY, false).unwrap();
        assert_eq!(q850_cause(&busy), Some(HangupCause::USER_BUSY));
        assert_eq!(reason_of(HangupCause::USER_BUSY, true), None);
        assert!(reason_of(HangupCause::ANSWERED_ELSEWHERE, true).is_some());
    }
}
