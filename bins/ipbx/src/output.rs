//! Words for who started the program. A pipe that was closed, a terminal that is gone and a full disk are no reason to
//! end calls, so what cannot be said is left unsaid; `println!` would panic.

use std::fmt::Display;
use std::io::{Write, stderr, stdout};

/// Says it on the standard output, as it is.
pub(crate) fn say(text: impl Display) {
    let mut out = stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// Says it on the standard error, with the end of a line.
pub(crate) fn warn(text: impl Display) {
    let _ = writeln!(stderr(), "{text}");
}
