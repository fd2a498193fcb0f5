//! Warnings about single calls, for whoever configures the exchange: the log and the consoles show them.

use call_control::{Call, Event};

/// Says what went wrong with a call.
pub(crate) fn about(call: &Call, text: String) {
    tracing::warn!(call = %call.call_id(), channel = call.name(), "{text}");
    call.switchboard().notice(|| Event::Warning { channel: Some(call.snapshot()), text });
}
