//! Texts, and lists in texts.

mod length;

use crate::functions::Function;

pub(super) const ROWS: &[Function] =
    &[Function::new("LEN", "LEN(string)", "The length of a text.", length::read)];
