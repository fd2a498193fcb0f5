//! The console: commands in, answers and the narration of calls out.

mod client;
mod connection;
mod editor;
mod protocol;
mod screen;
mod server;
mod serving;
mod terminal;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use client::{execute, local, remote};
pub use server::{Server, refuse_second};

/// How an exchange shall end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopRequest {
    /// Now: calls are hung up.
    Now,
    /// When the last call has ended; no new ones are taken.
    Gracefully,
}

/// What can go wrong with a console.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// No exchange serves the socket.
    #[error(
        "unable to connect to remote ipbx (does {path} exist?): {source}; is the exchange running, and is this its configuration (-C)?"
    )]
    NotRunning {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An exchange serves the socket already.
    #[error(
        "an exchange runs already and serves {0}; 'ipbx -r' opens its console and 'core stop now' ends it; \
         another astrundir lets a second one run"
    )]
    AlreadyRunning(PathBuf),
    /// Something that is no socket lies where it belongs.
    #[error(
        "{0} is no socket, and is left as it is; move it away, or name another place for the console's socket"
    )]
    NotASocket(PathBuf),
    /// The exchange does not let the console in.
    #[error("the exchange lets no console in: {0}")]
    Refused(String),
    /// The socket cannot be made.
    #[error(
        "cannot make the console's socket {path}: {source}; make its folder writable, or name another astrundir"
    )]
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The exchange ended while the console was open.
    #[error("the exchange has closed the console: {0}")]
    Closed(#[from] std::io::Error),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] rustyline::error::ReadlineError),
}

/// Where an exchange with that run folder serves its console.
pub fn socket_path(run: &Path) -> PathBuf {
    run.join("ipbx.ctl")
}
