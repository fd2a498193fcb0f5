//! `RAND([min][,max])`: a whole number between two, both included.

use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

/// The greatest number where none is given.
const GREATEST: i64 = i32::MAX as i64;

pub(super) fn read(_: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 2);
    let bound = |at: usize, otherwise: i64| match given.at(at) {
        "" => Ok(otherwise),
        text => text
            .parse::<i32>()
            .map(i64::from)
            .map_err(|_| FunctionError::arguments("RAND", arguments, format!("'{text}' is no whole number"))),
    };
    let (one, other) = (bound(0, 0)?, bound(1, GREATEST)?);
    let (least, greatest) = (one.min(other), one.max(other));
    let drawn = getrandom::u64().map_err(|error| FunctionError::failed("RAND", error))?;
    // 32 bits from 64: no number is likelier than another by more than one in four billion.
    let span = u128::from((greatest - least + 1).unsigned_abs());
    let offset = (u128::from(drawn) * span) >> 64;
    Ok((i128::from(least) + offset as i128).to_string())
}
