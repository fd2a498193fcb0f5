//! The lines of `extensions.conf`, each read by itself.

pub(crate) mod charset;
pub(crate) mod line;
pub(crate) mod pattern;
pub(crate) mod priority;
pub(crate) mod time;
