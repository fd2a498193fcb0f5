//! What is known of recordings, and of who talks.

mod mix_monitor;
mod talk_detect;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[
    Function::new(
        "MIXMONITOR",
        "MIXMONITOR(id,filename)",
        "The file of a recording of the channel.",
        mix_monitor::read,
    ),
    Function::new(
        "TALK_DETECT",
        "TALK_DETECT(set|remove)",
        "Tells when the caller talks; can only be set.",
        talk_detect::read,
    )
    .set(talk_detect::write),
];
