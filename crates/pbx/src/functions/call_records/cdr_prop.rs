//! `Set(CDR_PROP(disable)=1)` leaves the call out, `Set(CDR_PROP(party_a)=1)` has records of it tell of this channel.

use asterisk_conf::boolean;

use crate::functions::{FunctionError, FunctionScope, Value, Written};

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    Err(FunctionError::arguments("CDR_PROP", arguments, "it can only be set"))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, property: &str, value: &str) -> Written {
    let Some(on) = boolean(value.trim()) else {
        return Err(FunctionError::arguments("CDR_PROP", property, "it is set to 1 or 0"));
    };
    let (records, channel) = (scope.exchange.call_records(), scope.call.name());
    match property.trim() {
        "disable" => {
            records.set_disabled(channel, on);
        }
        "party_a" => records.prefer_party_a(channel, on),
        _ => {
            return Err(FunctionError::arguments(
                "CDR_PROP",
                property,
                "the properties are disable and party_a",
            ));
        }
    }
    Ok(())
}
