//! One text or another.

mod choice;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[Function::new(
    "IF",
    "IF(condition?[true][:false])",
    "One of two texts, as a condition says.",
    choice::read,
)];
