//! States that exchanges tell each other by PUBLISH (RFC 3903): what goes out, what may come in, and how it is taken.

mod asterisk;
mod inbound;
mod outbound;
#[cfg(test)]
mod tests;

pub use asterisk::AsteriskPublication;
pub use inbound::InboundPublication;
pub use outbound::{OutboundPublish, Published};

use asterisk_conf::Span;

use super::Pattern;
use crate::configuration::values::Values;

/// A regular expression that names must fit; `None` lets all pass. One that is none stops all: it was meant to stop some.
fn filter(values: &mut Values<'_>, key: &str) -> Option<Pattern> {
    let text = values.text(key)?;
    match Pattern::expression(&text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let message = format!("'{text}' is no regular expression, so nothing passes it: {error}");
            values.odd(key, message, "write an expression that the names fit, as in ^PJSIP/");
            // Nothing is before a beginning.
            Pattern::expression("$.^").ok()
        }
    }
}

/// The places of values that checks point at.
fn spans_of(values: &Values<'_>, keys: &[&'static str]) -> Vec<(&'static str, Span)> {
    keys.iter().filter_map(|key| Some((*key, values.span(key)?))).collect()
}
