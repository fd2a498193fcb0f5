//! `Set(ARRAY(a,b)=1,2)`: several variables at once. Names without a value become empty. `HASH(x,a)` is a name too.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value, Written};

const NAME: &str = "ARRAY";

/// Most variables of one `Set`.
const MOST: usize = 256;

/// The variable that names the columns of the last row of a data base.
const FIELDS: &str = "~ODBCFIELDS~";

pub(super) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    Err(FunctionError::WriteOnly(NAME))
}

pub(super) fn write(scope: &mut FunctionScope<'_>, arguments: &str, value: &str) -> Written {
    // The columns that a data base has just told may stand for their names.
    let are_told = arguments.trim() == FIELDS;
    let names = if are_told { scope.text_of(FIELDS)? } else { arguments.to_owned() };
    let (names, values) = (Arguments::of(&names, MOST), Arguments::of(value, MOST));
    if names.count() == 0 {
        return Err(FunctionError::arguments(NAME, arguments, "name the variables, as in ARRAY(a,b)"));
    }
    for at in 0..names.count() {
        let name = names.at(at);
        // What a data base or a server names is a variable, and no function.
        if name.is_empty() || are_told && name.contains('(') {
            continue;
        }
        scope.assign(name, values.raw(at))?;
    }
    Ok(())
}
