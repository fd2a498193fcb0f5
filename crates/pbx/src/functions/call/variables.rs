//! Variables that tell of a call without a function.

use call_control::Call;
use call_control::sip::Conversation;

use super::caller_id;

/// What `name` is while nobody has set it.
pub(crate) fn variable_of_call(call: &Call, name: &str) -> Option<String> {
    match name {
        "HANGUPCAUSE" => Some("0".to_owned()),
        "CALLINGPRES" => Some(call.caller().presentation().code().to_string()),
        "CALLINGANI2" => Some(caller_id::kind_of_line(call)),
        "CALLINGTON" => Some(caller_id::number_plan(call)),
        "CALLINGTNS" => Some("0".to_owned()),
        "SIPDOMAIN" => sip_domain(call),
        _ => None,
    }
}

/// The host that the caller asked for, for an exchange that serves several domains.
fn sip_domain(call: &Call) -> Option<String> {
    let invite = Conversation::of(call).invite()?;
    let asked = invite.request_uri().ok()?;
    Some(asked.host().to_string())
}
