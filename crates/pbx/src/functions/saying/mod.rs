//! What would be said of a value: the sounds that the `Say` applications play.

mod files;

use crate::functions::Function;

pub(super) const ROWS: &[Function] = &[Function::new(
    "SAYFILES",
    "SAYFILES(value[,type])",
    "The sounds that say a value, for Playback.",
    files::read,
)];
