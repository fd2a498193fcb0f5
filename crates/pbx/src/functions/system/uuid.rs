//! `UUID()`: sixteen octets drawn by chance (RFC 9562 section 5.4).

use crate::functions::{FunctionError, FunctionScope, Value};
use crate::random_uuid::random_uuid;

pub(super) fn read(_: &mut FunctionScope<'_>, _: &str) -> Value {
    random_uuid().map_err(|error| FunctionError::failed("UUID", error))
}
