//! `PRESENCE_STATE(provider,field[,e])`: what somebody says about itself. `CustomPresence:` providers can be set, with
//! `state[,subtype[,message[,e]]]`; with `e` subtype and message are in base64.

use crate::functions::encodings::base64;
use crate::functions::{FunctionError, FunctionScope, Value, Written};
use crate::presence::PresenceValue;

const NAME: &str = "PRESENCE_STATE";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let mut parts = arguments.split(',').map(str::trim);
    let (provider, field) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let encoded = parts.next().is_some_and(|options| options.contains('e'));
    let value = scope.exchange.presence().presence(provider);
    let text = match field {
        "value" => return Ok(value.state.name().to_owned()),
        "subtype" => value.subtype,
        "message" => value.message,
        _ => return Err(FunctionError::arguments(NAME, arguments, "the field is value, subtype or message")),
    };
    Ok(if encoded { base64::of_octets(text.as_bytes()) } else { text })
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    let provider = arguments.split(',').next().unwrap_or_default().trim();
    if !provider.starts_with("CustomPresence:") || provider == "CustomPresence:" {
        let problem = "only providers named CustomPresence:… can be set";
        return Err(FunctionError::arguments(NAME, arguments, problem));
    }
    let refuse = |problem: &str| FunctionError::arguments(NAME, arguments, problem);
    let (plain, encoded) = match value.rsplit_once(',') {
        Some((plain, "e")) => (plain, true),
        _ => (value, false),
    };
    let mut said = PresenceValue::parse(plain).ok_or_else(|| {
        refuse("the state is one of not_set, unavailable, available, away, xa, chat and dnd")
    })?;
    if encoded {
        for text in [&mut said.subtype, &mut said.message] {
            *text = decoded(text).ok_or_else(|| refuse("subtype and message are no base64"))?;
        }
    }
    scope.exchange.presence().set_presence(provider, said);
    Ok(())
}

/// The text behind base64.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(base64::octets(text)?).ok()
}
