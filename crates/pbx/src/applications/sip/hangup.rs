//! `PJSIPHangup(status)`: refuses a caller that was not answered yet with a status of SIP, 400 to 699, or its name: `437`,
//! `UNSUPPORTED_CERTIFICATE`, `PJSIP_SC_UNSUPPORTED_CERTIFICATE`. The dialplan ends.

use dialplan_vm::Outcome;

use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;

/// Names that are not made of the usual reason phrase.
const NAMES: &[(&str, u16)] = &[
    ("CONFLICT", 409),
    ("LENGTH_REQUIRED", 411),
    ("REQUEST_URI_TOO_LONG", 414),
    ("UNKNOWN_RESOURCE_PRIORITY", 417),
    ("SESSION_TIMER_TOO_SMALL", 422),
    ("BAD_LOCATION_INFORMATION", 424),
    ("USE_IDENTITY_HEADER", 428),
    ("PROVIDE_REFERRER_HEADER", 429),
    ("FLOW_FAILED", 430),
    ("ANONIMITY_DISALLOWED", 433),
    ("BAD_IDENTITY_INFO", 436),
    ("UNSUPPORTED_CERTIFICATE", 437),
    ("INVALID_IDENTITY_HEADER", 438),
    ("FIRST_HOP_LACKS_OUTBOUND_SUPPORT", 439),
    ("MAX_BREADTH_EXCEEDED", 440),
    ("BAD_INFO_PACKAGE", 469),
    ("CONSENT_NEEDED", 470),
    ("CALL_TSX_DOES_NOT_EXIST", 481),
    ("AC_AMBIGUOUS", 485),
    ("REQUEST_UPDATED", 490),
    ("SECURITY_AGREEMENT_NEEDED", 494),
    ("INTERNAL_SERVER_ERROR", 500),
    ("SERVER_TIMEOUT", 504),
    ("PUSH_NOTIFICATION_SERVICE_NOT_SUPPORTED", 555),
    ("NOT_ACCEPTABLE_ANYWHERE", 606),
    ("UNWANTED", 607),
    ("REJECTED", 608),
];

pub(in crate::applications) async fn run(
    channel: &mut DialplanChannel,
    arguments: &str,
) -> ApplicationResult {
    let Some(status) = status(arguments) else {
        channel.warning(format!(
            "PJSIPHangup({arguments}): give a status from 400 to 699, or its name, as in PJSIPHangup(437)"
        ));
        return Ok(Outcome::Continue);
    };
    if channel.call.refuse(status) {
        return Ok(Outcome::Hangup);
    }
    channel.warning(format!(
        "PJSIPHangup({arguments}): this channel is no caller by SIP that waits for an answer; the call goes on"
    ));
    Ok(Outcome::Continue)
}

/// The status of a number or a name.
fn status(text: &str) -> Option<u16> {
    let text = text.trim();
    if let Ok(number) = text.parse::<u16>() {
        return Some(number).filter(|number| (400..=699).contains(number));
    }
    let name = text.to_ascii_uppercase();
    let name = name.strip_prefix("PJSIP_SC_").unwrap_or(&name);
    let of_reason = |status: &u16| {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        sip_parser::default_reason(*status).chars().map(plain).eq(name.chars())
    };
    let listed = NAMES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
    listed.or_else(|| (400..=699).find(of_reason)).filter(|_| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::status;

    #[test]
    fn statuses_have_numbers_and_names() {
        let read =
            ["437", "UNSUPPORTED_CERTIFICATE", "PJSIP_SC_BUSY_HERE", "unsupported_certificate", "not_found"];
        assert_eq!(read.map(status), [Some(437), Some(437), Some(486), Some(437), Some(404)]);
        assert_eq!(["200", "399", "700", "", "NEVER_HEARD_OF"].map(status), [None; 5]);
        assert_eq!(
            ["USE_IDENTITY_HEADER", "INTERNAL_SERVER_ERROR", "DECLINE"].map(status),
            [Some(428), Some(500), Some(603)]
        );
    }
}
