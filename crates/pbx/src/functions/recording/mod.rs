//! What is known of recordings.

mod mix_monitor;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[Function::new(
    "MIXMONITOR",
    "MIXMONITOR(id,filename)",
    "The file of a recording of the channel.",
    mix_monitor::read,
)];
