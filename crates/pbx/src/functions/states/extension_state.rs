//! `EXTENSION_STATE(extension[@context])`: what the devices of a hint do together.

use call_control::ExtensionState;

use crate::functions::{FunctionError, FunctionScope, Value};

const NAME: &str = "EXTENSION_STATE";

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (extension, context) = place(arguments);
    if extension.is_empty() {
        return Err(FunctionError::arguments(NAME, arguments, "name an extension, as in 100@phones"));
    }
    let found = scope.exchange.presence().extension(context, extension);
    Ok(found.map_or("UNKNOWN", |(_, state)| word(state.state)).to_owned())
}

/// Extension and context; `default` where none is named.
pub(super) fn place(arguments: &str) -> (&str, &str) {
    let arguments = arguments.trim();
    let (extension, context) = arguments.split_once('@').unwrap_or((arguments, "default"));
    (extension.trim(), context.trim())
}

/// The word that dialplans know.
fn word(state: ExtensionState) -> &'static str {
    match state {
        ExtensionState::Idle => "NOT_INUSE",
        ExtensionState::InUse => "INUSE",
        ExtensionState::Busy => "BUSY",
        ExtensionState::Unavailable => "UNAVAILABLE",
        ExtensionState::Ringing => "RINGING",
        ExtensionState::InUseRinging => "RINGINUSE",
        ExtensionState::Hold => "HOLDINUSE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_may_be_left_out() {
        assert_eq!(place(" 100@phones "), ("100", "phones"));
        assert_eq!(place("100"), ("100", "default"));
    }
}
