//! The console socket, its commands, and the log that consoles follow.
