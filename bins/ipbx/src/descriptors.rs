//! File descriptors: a call between two phones takes four sockets, and systems grant a process 1,024 unless it asks.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Takes as many as the system allows at most. What it refuses, it refuses: calls beyond are answered 503.
pub(crate) fn take_all() {
    let Ok((granted, most)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if granted < most
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, most, most)
    {
        tracing::warn!(%error, granted, "no more file descriptors are granted; a call takes four");
    }
}
