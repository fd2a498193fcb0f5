//! `PJSIP_HEADER_PARAM(header,header|uri,parameter)`: a parameter of a header of the INVITE that came, or of the address in it.

use call_control::sip::Conversation;
use sip_parser::{HeaderName, NameAddr};

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "PJSIP_HEADER_PARAM";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let bad = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    if given.at(0).is_empty() || given.at(2).is_empty() {
        return Err(bad("write PJSIP_HEADER_PARAM(From,uri,user)"));
    }
    let Some(invite) = Conversation::of(scope.call).invite() else { return Ok(String::new()) };
    let Some(value) = invite.raw(&HeaderName::from(given.at(0))) else { return Ok(String::new()) };
    let address = NameAddr::parse(value).map_err(|_| bad("this header holds no address"))?;
    let found = match given.at(1).to_ascii_lowercase().as_str() {
        "header" => address.param(given.at(2)),
        "uri" => address.uri().param(given.at(2)),
        _ => return Err(bad("the parameter is one of the header or of the uri")),
    };
    Ok(found.flatten().unwrap_or_default().trim_matches('"').to_owned())
}
