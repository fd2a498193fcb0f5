//! `HINT(extension[@context][,n])`: the devices of a hint as they are written; with `n` the name that is given with them.

use super::extension_state::place;
use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (which, options) = arguments.split_once(',').unwrap_or((arguments, ""));
    let (extension, context) = place(which);
    if extension.is_empty() {
        return Err(FunctionError::arguments("HINT", arguments, "name an extension, as in 100@phones"));
    }
    // Names of hints come from their steps in other exchanges; here a hint has none.
    if options.contains('n') {
        return Ok(String::new());
    }
    let found = scope.exchange.presence().extension(context, extension);
    Ok(found.map(|(hint, _)| hint.text).unwrap_or_default())
}
