//! `CHANNEL(item)`: facts about the channel. `language`, `tonezone`, `musicclass`, `secure_bridge_media` and the groups can be set.

use std::sync::Arc;

use call_control::{Codec, Direction};

use super::channel_items;
use crate::configuration::codec_name;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "CHANNEL";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let call = scope.call;
    let item = arguments.trim().to_ascii_lowercase();
    Ok(match item.as_str() {
        "name" => call.name().to_owned(),
        "state" => call.state().to_string(),
        "language" => call.language(),
        "tonezone" => call.tone_zone().unwrap_or_default(),
        "uniqueid" => call.unique_id().to_owned(),
        "linkedid" => call.linked_id().to_owned(),
        "channeltype" => call.technology().to_owned(),
        "callid" => call.call_id().to_string(),
        "context" => match &scope.location {
            Some(location) => location.context.to_string(),
            None => call.position().context.into(),
        },
        "exten" => match &scope.location {
            Some(location) => location.extension.to_string(),
            None => call.position().extension.into(),
        },
        "dialed" => call.dialed(),
        // What the phone takes is a set of formats, what goes there is one.
        "audionativeformat" => match format_name(call.codec()) {
            none if none.is_empty() => "(nothing)".to_owned(),
            format => format!("({format})"),
        },
        "audioreadformat" | "audiowriteformat" => format_name(call.codec()),
        "endpoint" => call.resource().to_owned(),
        "callgroup" => spaced(&call.pickup_groups().of_calls.numbers()),
        "namedcallgroup" => spaced(&call.pickup_groups().of_calls.names()),
        "pickupgroup" => spaced(&call.pickup_groups().to_take.numbers()),
        "namedpickupgroup" => spaced(&call.pickup_groups().to_take.names()),
        "musicclass" => call.music_class().unwrap_or_default(),
        "secure_media" => {
            if call.is_encrypted() {
                "1".to_owned()
            } else {
                String::new()
            }
        }
        "rtp,secure" | "rtp,secure,audio" => flag(call.is_encrypted()),
        "secure_bridge_media" => flag(call.demands_encryption()),
        "direction" => match call.direction() {
            Direction::Inbound => "inbound".to_owned(),
            Direction::Outbound => "outbound".to_owned(),
        },
        item if item.starts_with("rtp,") || item.starts_with("rtcp,") => {
            return super::channel_media::read(call, item);
        }
        other => {
            if let Some(found) = channel_items::read(scope, other) {
                return Ok(found);
            }
            let known = "known are rtp, rtcp, name, state, language, tonezone, musicclass, uniqueid, linkedid, channeltype, context, exten, \
                         audioreadformat, audiowriteformat, audionativeformat, endpoint, secure_media and secure_bridge_media";
            return Err(FunctionError::arguments(NAME, arguments, known));
        }
    })
}

/// A list as CHANNEL tells it.
fn spaced(list: &str) -> String {
    list.replace(',', ", ")
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    match arguments.trim().to_ascii_lowercase().as_str() {
        "language" => {
            scope.call.set_language(value.trim());
            Ok(())
        }
        "tonezone" => {
            scope.call.set_tone_zone(Some(value.trim()).filter(|zone| !zone.is_empty()));
            Ok(())
        }
        "musicclass" => {
            scope.call.set_music_class(Some(value.trim()).filter(|class| !class.is_empty()));
            Ok(())
        }
        "secure_bridge_media" => {
            scope.call.demand_encryption(asterisk_conf::boolean(value.trim()).unwrap_or(false));
            Ok(())
        }
        item @ ("callgroup" | "namedcallgroup" | "pickupgroup" | "namedpickupgroup") => {
            let mut groups = (*scope.call.pickup_groups()).clone();
            let set = if item.ends_with("callgroup") { &mut groups.of_calls } else { &mut groups.to_take };
            if item.starts_with("named") {
                set.set_names(value);
            } else {
                let bad = |error: call_control::BadGroup| {
                    FunctionError::arguments(NAME, arguments, error.to_string())
                };
                set.set_numbers(value).map_err(bad)?;
            }
            scope.call.set_pickup_groups(Arc::new(groups));
            Ok(())
        }
        item => {
            if let Some(done) = channel_items::write(scope, item, value.trim()) {
                return done;
            }
            let known = "only language, tonezone, musicclass, secure_bridge_media, callgroup, pickupgroup, namedcallgroup and namedpickupgroup can be set";
            Err(FunctionError::arguments(NAME, arguments, known))
        }
    }
}

fn flag(on: bool) -> String {
    if on { "1" } else { "0" }.to_owned()
}

/// The codec's name as dialplans know it.
fn format_name(codec: Option<Codec>) -> String {
    codec.map(codec_name).unwrap_or_default().to_owned()
}
